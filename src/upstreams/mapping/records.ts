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

/** What could be read of a list. */
export interface Readable<Item> {
  readonly items: readonly Item[];
  /** For each item, its position in the list as it was answered: parallel to `items`. */
  readonly positions: readonly number[];
  readonly unreadableCount: number;
}

/**
 * The elements, unchecked, of a list in any of its shapes: an array, one record alone, either under the inner name, or nothing.
 * @throws UpstreamError `BAD_RESPONSE` for anything else: never a silent empty list.
 */
export function readRecords(value: unknown, spec: ListSpec, reading: Reading): readonly unknown[] {
  if (isNothing(value)) return [];
  if (Array.isArray(value)) return value;
  if (!isFields(value)) return reading.fail(`${spec.name} is neither a list nor an object`);
  const inner = pick(value, spec.inner);
  if (inner !== undefined && !isMarked(value, spec)) return fromInner(inner, spec, reading);
  if (isMarked(value, spec)) return [value];
  if (Object.keys(value).length === 0) return [];
  return reading.fail(`${spec.name} holds no ${spec.inner}`);
}

/**
 * Reads every record; one that cannot be read costs itself only, and is told.
 * @throws UpstreamError `BAD_RESPONSE` where there are records and none of them can be read.
 */
export function readEach<Item>(
  records: readonly unknown[],
  spec: ListSpec,
  reading: Reading,
  read: (fields: Fields) => Item,
): Readable<Item> {
  const list = readSome(records, spec, reading, read);
  if (list.items.length === 0 && records.length > 0) return reading.fail(`no record of ${spec.name} can be read`);
  return list;
}

/** The same, also if none of them can be read. */
export function readSome<Item>(
  records: readonly unknown[],
  spec: ListSpec,
  reading: Reading,
  read: (fields: Fields) => Item,
): Readable<Item> {
  const items: Item[] = [];
  const positions: number[] = [];
  for (const [position, record] of records.entries()) {
    if (!isFields(record)) continue;
    try {
      items.push(read(record));
      positions.push(position);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
    }
  }
  const unreadableCount = records.length - items.length;
  if (unreadableCount > 0) reading.warn(`a record of ${spec.name} cannot be read and is left out`);
  return { items, positions, unreadableCount };
}

function isMarked(fields: Fields, spec: ListSpec): boolean {
  return spec.marks.some((mark) => fields[mark] !== undefined);
}

function fromInner(value: unknown, spec: ListSpec, reading: Reading): readonly unknown[] {
  if (isNothing(value)) return [];
  if (Array.isArray(value)) return value;
  if (!isFields(value)) return reading.fail(`${spec.inner} is neither a list nor an object`);
  return Object.keys(value).length === 0 ? [] : [value];
}
