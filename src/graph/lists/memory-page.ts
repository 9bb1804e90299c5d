import { openPlace, type Page, type PageArguments, readPageArguments, type Sealer } from "#services";

/** A list that is already in memory, and how its rows are found again by what a cursor remembers of them. */
export interface MemoryList<Row> {
  readonly rows: readonly Row[];
  /** True if it lacks rows that cannot be shown, so that nobody knows how many it has. */
  readonly isPartial?: boolean;
  /** What cursors remember, one for each row. */
  readonly keys: readonly string[];
  /** Where the row of a key stands, or, once it has vanished, the first row behind where it stood. */
  readonly seek: (key: string) => { readonly index: number; readonly isExact: boolean };
}

/** A list in ascending order of its rows' names. @param isPartial as of {@link MemoryList} */
export function listByName<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  isPartial = false,
): MemoryList<Row> {
  const keys = rows.map(nameOf);
  return {
    rows,
    keys,
    isPartial,
    seek: (key) => {
      const found = keys.findIndex((other) => compareText(other, key) >= 0);
      return { index: found === -1 ? keys.length : found, isExact: keys[found] === key };
    },
  };
}

/** What a client asked for, checked before anything is read. */
export interface OpenedPage {
  readonly size: number;
  readonly isBackwards: boolean;
  readonly purpose: () => string;
  /** Keys of the rows that the cursors stand for. */
  readonly after: string | null;
  readonly before: string | null;
}

/**
 * Checks the arguments by the rules of every list and opens the cursors.
 * @param purpose what the cursors are bound to: the parent and the filter; made only where there is a cursor
 * @throws InputError `BAD_USER_INPUT` for bad arguments, `INVALID_CURSOR` for a cursor of another list or a damaged one
 */
export function openPage(purpose: () => string, args: PageArguments, sealer: Sealer): OpenedPage {
  const { size, direction } = readPageArguments(args);
  const open = (argument: "after" | "before"): string | null => {
    const cursor = args[argument];
    return cursor == null ? null : openPlace(sealer, purpose(), { cursor, cursorArgument: argument });
  };
  return { size, isBackwards: direction === -1, purpose, after: open("after"), before: open("before") };
}

/** A page of a list in memory. */
export interface MemoryPage<Row> extends Page<Row> {
  /** The rows without their cursors. */
  readonly nodes: readonly Row[];
}

/** The rows of a list in memory that an opened page means. */
export function cutPage<Row>(list: MemoryList<Row>, page: OpenedPage, sealer: Sealer): MemoryPage<Row> {
  const { rows, keys } = list;
  const start = page.after === null ? 0 : indexBehind(list, page.after);
  const end = page.before === null ? rows.length : list.seek(page.before).index;
  const from = page.isBackwards ? Math.max(start, end - page.size) : start;
  const to = page.isBackwards ? end : Math.min(end, start + page.size);
  const nodes = rows.slice(from, to);
  const cursorAt = (index: number): string => sealer.seal(page.purpose(), keys[index] ?? "");
  return {
    nodes,
    get edges() {
      return nodes.map((node, offset) => ({ node, cursor: () => cursorAt(from + offset) }));
    },
    hasNextPage: page.isBackwards ? page.before !== null : to < rows.length,
    hasPreviousPage: page.isBackwards ? from > 0 : page.after !== null,
    startCursor: () => (nodes.length === 0 ? null : cursorAt(from)),
    endCursor: () => (nodes.length === 0 ? null : cursorAt(from + nodes.length - 1)),
    totalCount: list.isPartial ? null : rows.length,
    sources: [],
    isScanComplete: true,
  };
}

/** Plain order of code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function indexBehind<Row>(list: MemoryList<Row>, key: string): number {
  const { index, isExact } = list.seek(key);
  return isExact ? index + 1 : index;
}
