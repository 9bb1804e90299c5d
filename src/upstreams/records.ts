import { UpstreamError } from "#domain";
import { type Fields, isFields, isNothing, pick } from "./fields.ts";
import type { Reading } from "./reading.ts";

/** How a list of records may be wrapped. */
export interface ListSpec {
  /** For messages. */
  readonly name: string;
  /** ECS wraps every list in an object with one member in the singular. */
  readonly inner: string;
  /** Members that tell one record alone (a list of one after XML) from a wrapper; any of them will do. */
  readonly marks: readonly string[];
}

/** The records of a list, unchecked, and how many of its elements are none. */
export interface Records {
  readonly records: readonly Fields[];
  readonly strayCount: number;
}

/** What could be read of a list. */
export interface Readable<Item> {
  readonly items: readonly Item[];
  readonly unreadableCount: number;
}

const NO_RECORDS: Records = { records: [], strayCount: 0 };

/**
 * A list in any of its shapes: an array, one record alone, either under the inner name, or nothing.
 * @throws UpstreamError `BAD_RESPONSE` for anything else: never a silent empty list.
 */
export function readRecords(value: unknown, spec: ListSpec, reading: Reading): Records {
  if (isNothing(value)) return NO_RECORDS;
  if (Array.isArray(value)) return fromArray(value);
  if (!isFields(value)) return reading.fail(`${spec.name} is neither a list nor an object`);
  const inner = pick(value, spec.inner);
  if (inner !== undefined && !isMarked(value, spec)) return fromInner(inner, spec, reading);
  if (isMarked(value, spec)) return { records: [value], strayCount: 0 };
  if (Object.keys(value).length === 0) return NO_RECORDS;
  return reading.fail(`${spec.name} holds no ${spec.inner}`);
}

/**
 * Reads every record; one that cannot be read costs itself only, and is told.
 * @throws UpstreamError `BAD_RESPONSE` where there are records and none of them can be read.
 */
export function readEach<Item>(
  records: Records,
  spec: ListSpec,
  reading: Reading,
  read: (fields: Fields) => Item,
): Readable<Item> {
  const items: Item[] = [];
  let unreadableCount = records.strayCount;
  for (const fields of records.records) {
    try {
      items.push(read(fields));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      unreadableCount += 1;
    }
  }
  if (unreadableCount > 0 && items.length === 0) return reading.fail(`no record of ${spec.name} can be read`);
  if (unreadableCount > 0) reading.complain(`a record of ${spec.name} cannot be read and is left out`);
  return { items, unreadableCount };
}

function isMarked(fields: Fields, spec: ListSpec): boolean {
  return spec.marks.some((mark) => fields[mark] !== undefined);
}

function fromArray(elements: readonly unknown[]): Records {
  const records = elements.filter(isFields);
  return { records, strayCount: elements.length - records.length };
}

function fromInner(value: unknown, spec: ListSpec, reading: Reading): Records {
  if (isNothing(value)) return NO_RECORDS;
  if (Array.isArray(value)) return fromArray(value);
  if (!isFields(value)) return reading.fail(`${spec.inner} is neither a list nor an object`);
  return Object.keys(value).length === 0 ? NO_RECORDS : { records: [value], strayCount: 0 };
}
