import { ApiError } from "../http/index.ts";
import { hash } from "../world/index.ts";
import { integer, type Raw, text } from "./parameters.ts";

/** How one action pages. */
export interface PagingRules {
  readonly maxSize: number;
  /** Whether NextToken and MaxResults are known. */
  readonly hasCursor: boolean;
  /** Sizes out of bounds are moved to the nearest bound instead of refused (ECS DescribeInstances). */
  readonly clampMinTo?: number | undefined;
}

/** Where a row stands in its list: time (null is oldest), then sequence, both falling, then index, rising. */
export interface RowKey {
  readonly time: number | null;
  readonly sequence: number;
  readonly index: number;
}

/** A page and the members that an answer says of it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly totalCount: number;
  readonly pageNumber: number;
  readonly pageSize: number;
  /** Empty at the end and in page mode. */
  readonly nextToken: string;
}

/** A list that can be paged: rows in order, with the key of each. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly keyOf: (row: T, index: number) => RowKey;
  /** Text that is the same exactly when the filters are the same; tokens are bound to it. */
  readonly filter: string;
}

/** Cuts the page that is asked for out of a list. @throws ApiError for sizes, numbers and tokens that are not valid. */
export type Paginate = <T>(list: Rows<T>, parameters: Raw, rules: PagingRules) => Page<T>;

const DEFAULT_SIZE = 10;
const PAGING_PARAMETERS: ReadonlySet<string> = new Set(["PageNumber", "PageSize", "MaxResults", "NextToken"]);

/** The filters of a request as one text. */
export function filterOf(action: string, parameters: Raw): string {
  const filters = [...parameters].filter(([name]) => !PAGING_PARAMETERS.has(name));
  return `${action} ${JSON.stringify(filters.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/** Pages as the vendor's documents say: a cursor if one is asked for, else by number. */
export const paginate: Paginate = (list, parameters, rules) =>
  isByCursor(parameters, rules) ? byCursor(list, parameters, rules) : byNumber(list, parameters, rules);

/** MaxResults or NextToken select the cursor mode if there is one; page numbers are then ignored. */
export function isByCursor(parameters: Raw, { hasCursor }: PagingRules): boolean {
  return hasCursor && (text(parameters, "MaxResults") ?? text(parameters, "NextToken")) !== undefined;
}

function byNumber<T>({ rows }: Rows<T>, parameters: Raw, rules: PagingRules): Page<T> {
  const pageNumber = integer("InvalidParam.PageNumber")(parameters, "PageNumber") ?? 1;
  if (pageNumber < 1) throw new ApiError("InvalidParam.PageNumber");
  const pageSize = sizeOf(parameters, "PageSize", rules);
  const start = (pageNumber - 1) * pageSize;
  return { items: rows.slice(start, start + pageSize), totalCount: rows.length, pageNumber, pageSize, nextToken: "" };
}

function byCursor<T>(list: Rows<T>, parameters: Raw, rules: PagingRules): Page<T> {
  const pageSize = sizeOf(parameters, "MaxResults", rules);
  const token = text(parameters, "NextToken");
  const start = token === undefined ? 0 : startAfter(list, openToken(token, list.filter));
  const items = list.rows.slice(start, start + pageSize);
  const end = start + items.length;
  const last = items.at(-1);
  const isEnd = last === undefined || end >= list.rows.length;
  const nextToken = isEnd ? "" : sealToken(list.keyOf(last, end - 1), list.filter);
  return { items, totalCount: 0, pageNumber: 0, pageSize, nextToken };
}

/** The size of a page by `PageSize` or `MaxResults`. @throws ApiError of that parameter. */
export function sizeOf(parameters: Raw, name: "PageSize" | "MaxResults", rules: PagingRules): number {
  const code = name === "PageSize" ? "InvalidParam.PageSize" : "InvalidParameter.MaxResults";
  const size = integer(code)(parameters, name) ?? DEFAULT_SIZE;
  if (rules.clampMinTo !== undefined) return Math.min(Math.max(size, rules.clampMinTo), rules.maxSize);
  if (size < 1 || size > rules.maxSize) throw new ApiError(code);
  return size;
}

function startAfter<T>(list: Rows<T>, key: RowKey): number {
  const found = list.rows.findIndex((row, index) => compareKeys(list.keyOf(row, index), key) > 0);
  return found < 0 ? list.rows.length : found;
}

function compareKeys(a: RowKey, b: RowKey): number {
  const byTime = (b.time ?? Number.NEGATIVE_INFINITY) - (a.time ?? Number.NEGATIVE_INFINITY);
  if (a.time !== b.time && byTime !== 0) return byTime;
  return b.sequence - a.sequence || a.index - b.index;
}

function sealToken({ time, sequence, index }: RowKey, filter: string): string {
  return Buffer.from(JSON.stringify([hash(filter), time, sequence, index])).toString("base64");
}

function openToken(token: string, filter: string): RowKey {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64").toString("utf8"));
    if (Array.isArray(parts) && parts[0] === hash(filter) && (parts[1] === null || Number.isFinite(parts[1]))) {
      return { time: parts[1] as number | null, sequence: Number(parts[2]), index: Number(parts[3]) };
    }
  } catch {
    // falls through: whatever cannot be read was not given by this server
  }
  throw new ApiError("InvalidParameter.NextToken");
}
