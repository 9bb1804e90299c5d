import type { InvocationWindow, PageRequest } from "#upstreams";
import type { Direction } from "./run-key.ts";
import { pageName } from "./window-choice.ts";
import { listEnd, viewWindow, type WindowView } from "./window-view.ts";

/** Reads windows of one list and keeps what they tell of the list as a whole. */
export interface ListReader {
  read(page: PageRequest): Promise<WindowView>;
  /** The page size that the upstream honours, as far as it has shown. */
  pageSizeMax(): number;
  /** Length of the list as last told; undefined where it was not read. */
  total(): number | null | undefined;
  /** The same, or as it was when the list was last seen. */
  totalHint(): number | null;
}

/** What a list is read with. */
export interface ListReaderOptions {
  readonly direction: Direction;
  readonly pageSizeMax: number;
  /** Length of the list when it was last seen. */
  readonly totalHint: number | null;
  /** Reads one page; `isRepeat` says that it has been read before and is wanted as it is now. */
  read(page: PageRequest, isRepeat: boolean): Promise<InvocationWindow>;
  /** Hears by how much the list was found to have grown. */
  onDrift(drift: number): void;
}

/** Opens a list for reading by windows; reads nothing yet. */
export function createListReader(options: ListReaderOptions): ListReader {
  const asked = new Set<string>();
  let pageSizeMax = options.pageSizeMax;
  let total: number | null | undefined;

  function readPage(page: PageRequest): Promise<InvocationWindow> {
    const text = pageName(page);
    const isRepeat = asked.has(text);
    asked.add(text);
    return options.read(page, isRepeat);
  }

  const totalHint = (): number | null => total ?? options.totalHint;
  return {
    pageSizeMax: () => pageSizeMax,
    total: () => total,
    totalHint,
    async read(page) {
      const window = await readPage(page);
      if (window.pageSize < page.pageSize) pageSizeMax = Math.max(1, window.pageSize);
      let end = listEnd(window);
      const calls = end === "doubt" ? 2 : 1;
      if (end === "doubt") {
        const next = await readPage({ pageNumber: page.pageNumber + 1, pageSize: page.pageSize });
        end = next.items.length === 0 ? "reached" : "ahead";
      }
      const known = totalHint();
      if (known !== null && window.totalCount !== null) options.onDrift(window.totalCount - known);
      total = window.totalCount;
      return viewWindow(window, options.direction, end === "reached", calls);
    },
  };
}
