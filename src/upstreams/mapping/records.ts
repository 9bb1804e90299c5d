import { mapInBreaks, UpstreamError } from "#domain";
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
 * Reads every record; one that cannot be read costs itself only, and is told. Of a large list others are served in between.
 * @throws UpstreamError `BAD_RESPONSE` where there are records and none of them can be read.
 */
export async function readEach<Item>(
  records: readonly unknown[],
  spec: ListSpec,
  reading: Reading,
  read: (fields: Fields) => Item,
): Promise<Readable<Item>> {
  const attempts = await mapInBreaks(records, weigh, (record) => attempt(record, reading, read));
  const list = readable(attempts, spec, reading);
  if (list.items.length === 0 && records.length > 0) return reading.fail(`no record of ${spec.name} can be read`);
  return list;
}

/** The same at once, also if none of them can be read. */
export function readSome<Item>(
  records: readonly unknown[],
  spec: ListSpec,
  reading: Reading,
  read: (fields: Fields) => Item,
): Readable<Item> {
  return readable(
    records.map((record) => attempt(record, reading, read)),
    spec,
    reading,
  );
}

/** A record that could be read. */
interface Attempt<Item> {
  readonly item: Item;
}

function attempt<Item>(record: unknown, reading: Reading, read: (fields: Fields) => Item): Attempt<Item> | null {
  if (!isFields(record) || (reading.isDamaged && hasLostBytes(record))) return null;
  try {
    return { item: read(record) };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return null;
  }
}

/** Members that say what a record is, and what is asked for by. People see of other texts that bytes of them were lost. */
const TELLING = /(?:Id|Name|Status|Time|Code|Type|Mode)$/;

function hasLostBytes(record: Fields): boolean {
  return Object.entries(record).some(
    ([name, value]) => TELLING.test(name) && typeof value === "string" && value.includes("\ufffd"),
  );
}

function readable<Item>(attempts: readonly (Attempt<Item> | null)[], spec: ListSpec, reading: Reading): Readable<Item> {
  const read = [...attempts.entries()].flatMap(([position, one]) =>
    one === null ? [] : [{ position, item: one.item }],
  );
  const unreadableCount = attempts.length - read.length;
  if (unreadableCount > 0) reading.warn(`a record of ${spec.name} cannot be read and is left out`);
  return { items: read.map(({ item }) => item), positions: read.map(({ position }) => position), unreadableCount };
}

/** How many lists' members a record holds, itself included: of a run on many servers that is what it costs to read. */
function weigh(record: unknown): number {
  if (!isFields(record)) return 1;
  const members = Object.values(record).flatMap((value) => (isFields(value) ? Object.values(value) : [value]));
  return members.reduce<number>((sum, member) => sum + (Array.isArray(member) ? member.length : 0), 1);
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
