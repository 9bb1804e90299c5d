import type { Drift } from "./drift.ts";
import { ApiError } from "./errors.ts";
import type { Parameters } from "./params.ts";
import { hash } from "./random.ts";

/** How one action pages. */
export interface PagingRules {
  readonly maxSize: number;
  /** Whether NextToken and MaxResults are known. */
  readonly hasCursor: boolean;
  /** Sizes out of bounds are moved to the nearest bound instead of refused (ECS DescribeInstances). */
  readonly clampMinTo?: number;
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

const DEFAULT_SIZE = 10;
/** In front of every row. */
const NEWEST: RowKey = { time: Number.MAX_SAFE_INTEGER, sequence: Number.MAX_SAFE_INTEGER, index: -1 };
const PAGING_PARAMETERS: ReadonlySet<string> = new Set(["PageNumber", "PageSize", "MaxResults", "NextToken"]);

/** A list that can be paged: rows in order, with the key of each. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => RowKey;
  /** Text that is the same exactly when the filters are the same; tokens are bound to it. */
  readonly filter: string;
}

/** The filters of a request as one text. */
export function filterOf(action: string, parameters: ReadonlyMap<string, string>): string {
  const filters = [...parameters].filter(([name]) => !PAGING_PARAMETERS.has(name));
  return `${action} ${JSON.stringify(filters.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/** The page that is asked for. MaxResults or NextToken select the cursor mode where there is one; page numbers are then ignored. */
export function paginate<T>(list: Rows<T>, parameters: Parameters, rules: PagingRules, drift: Drift): Page<T> {
  return isByCursor(parameters, rules, drift)
    ? byCursor(list, parameters, rules, drift)
    : byNumber(list, parameters, rules, drift);
}

function isByCursor(parameters: Parameters, rules: PagingRules, { options }: Drift): boolean {
  const isAsked = (name: string): boolean => parameters.text(name) !== undefined;
  if (!rules.hasCursor || options.pages === "only") return false;
  if (options.pages === "refused") {
    for (const name of ["PageNumber", "PageSize"]) if (isAsked(name)) throw new ApiError(`InvalidParam.${name}`);
  }
  return options.pages !== undefined || isAsked("MaxResults") || isAsked("NextToken");
}

function byNumber<T>(list: Rows<T>, parameters: Parameters, rules: PagingRules, drift: Drift): Page<T> {
  const pageNumber = parameters.integer("PageNumber", "InvalidParam.PageNumber") ?? 1;
  if (pageNumber < 1) throw new ApiError("InvalidParam.PageNumber");
  const pageSize = drift.pageSize(
    sizeOf(parameters, "PageSize", "InvalidParam.PageSize", rules),
    "InvalidParam.PageSize",
  );
  const rows = drift.arrange(list.rows, (row) => list.keyOf(row).time);
  const start = Math.max(0, (pageNumber - 1) * pageSize + drift.shift(pageNumber));
  return {
    items: rows.slice(start, start + pageSize),
    totalCount: drift.totalCount(rows.length),
    pageNumber,
    pageSize,
    nextToken: "",
  };
}

function byCursor<T>(list: Rows<T>, parameters: Parameters, rules: PagingRules, drift: Drift): Page<T> {
  const code = "InvalidParameter.MaxResults";
  const pageSize = drift.pageSize(sizeOf(parameters, "MaxResults", code, rules), code);
  const token = parameters.text("NextToken");
  const seal = `${drift.options.tokenKey ?? ""} ${list.filter}`;
  const key = token === undefined ? null : openToken(token, seal);
  const start = key === null ? 0 : startAfter(list, key);
  if (token !== undefined) drift.useToken(token);
  const items = list.rows.slice(start, start + drift.shorten(pageSize));
  const last = items.at(-1);
  const isEnd = start + items.length >= list.rows.length;
  // The token of an empty page leads to the same place, and is another one all the same.
  const salt = last === undefined ? hash(token ?? "") : 0;
  const next = isEnd ? "" : sealToken(last === undefined ? (key ?? NEWEST) : list.keyOf(last), seal, salt);
  const nextToken = drift.options.repeatTokens && token !== undefined ? token : next;
  drift.issueToken(nextToken);
  return {
    items: drift.arrange(items, (row) => list.keyOf(row).time),
    totalCount: 0,
    pageNumber: 0,
    pageSize,
    nextToken,
  };
}

function sizeOf(parameters: Parameters, name: string, code: string, rules: PagingRules): number {
  const size = parameters.integer(name, code) ?? DEFAULT_SIZE;
  if (rules.clampMinTo !== undefined) return Math.min(Math.max(size, rules.clampMinTo), rules.maxSize);
  if (size < 1 || size > rules.maxSize) throw new ApiError(code);
  return size;
}

function startAfter<T>(list: Rows<T>, key: RowKey): number {
  const found = list.rows.findIndex((row) => compareKeys(list.keyOf(row), key) > 0);
  return found < 0 ? list.rows.length : found;
}

function compareKeys(a: RowKey, b: RowKey): number {
  const byTime = (b.time ?? Number.NEGATIVE_INFINITY) - (a.time ?? Number.NEGATIVE_INFINITY);
  if (a.time !== b.time && byTime !== 0) return byTime;
  return b.sequence - a.sequence || a.index - b.index;
}

function sealToken(key: RowKey, filter: string, salt: number): string {
  return Buffer.from(JSON.stringify([hash(filter), key.time, key.sequence, key.index, salt])).toString("base64");
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
