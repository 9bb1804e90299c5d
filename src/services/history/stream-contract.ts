import type { InvocationQuery, Source } from "#domain";
import type { InvocationWindow, PageRequest } from "#upstreams";
import type { StreamHint } from "./group-marks.ts";
import type { Direction, RunKey } from "./run-key.ts";
import type { SearchBudget } from "./search-budget.ts";
import type { StrayMap } from "./stray-map.ts";
import type { KnownGroup } from "./tie-group.ts";
import type { InTurn } from "./turns.ts";
import type { Slot } from "./window-view.ts";

/** Where reading of one list begins. */
export interface StreamStart {
  /** Only runs behind this place are wanted; null means from the list's beginning, in the direction of reading. */
  readonly place: RunKey | null;
  readonly hint: StreamHint | null;
  /** Runs of the place's own creation time that were handed out already. */
  readonly taken: readonly string[];
  /** Where runs without a creation time were seen on the way here; null at the beginning. */
  readonly strays: StrayMap | null;
}

/** Groups that took several windows to read, kept from one page to the next. */
export interface GroupBook {
  /** The group of that time, if it still is the one of that name. */
  find(time: string, tag: string): KnownGroup | undefined;
  /** Keeps a group that will not change any more, and names it; undefined for others. */
  keep(time: string, group: KnownGroup): string | undefined;
}

/** What a stream reads from, and how. */
export interface StreamOptions {
  /** Names the list in cursors. */
  readonly name: string;
  readonly source: Source;
  readonly direction: Direction;
  readonly start: StreamStart;
  readonly query: InvocationQuery;
  /** True where the upstream applies the whole query by itself. */
  readonly isExact: boolean;
  readonly groups: GroupBook;
  /** True where the list is known to have runs without a creation time among the others. */
  hasStrays(): boolean;
  /** The page size that the upstream honours, as far as is known. */
  readonly pageSizeMax: number;
  /** Reads one page; `isRepeat` says that this stream has read the page before and wants it as it is now. */
  read(page: PageRequest, isRepeat: boolean): Promise<InvocationWindow>;
  readonly search: SearchBudget;
  /** Does one such work of an operation after the other, so that some are done where its budget does not do for all. */
  readonly inTurn: InTurn;
  /** Makes the error for a list that does not hold still for long enough to be read. */
  unreadable(): Error;
}

/** One list, read run by run in the total order, however its records move between calls. */
export interface Stream {
  readonly name: string;
  readonly source: Source;
  readonly start: StreamStart;
  /** The next run that is known for sure. */
  head(): Slot | null;
  /** No run in front of this place will come any more; null where none will come at all. */
  bound(): RunKey | null;
  /** Takes the head away. */
  pop(): void;
  /** Reads until the bound has moved; rejects with the upstream's error, and may then be called again. */
  advance(): Promise<void>;
  /**
   * The runs that the first window ends with, where nothing speaks for more of their creation time: every other time in the
   * window has just as many.
   */
  lastOfFirstWindow(): readonly Slot[];
  /** Takes that run. */
  takeProvisionally(slot: Slot): void;
  /** Runs taken of a creation time that was not read to its end. */
  provisional(): readonly string[];
  /** True where more runs follow for sure, false where none do, null where only reading on can tell. */
  hasMore(): boolean | null;
  hintBehind(place: RunKey): StreamHint | null;
  /** Where runs without a creation time were seen. */
  strays(): StrayMap;
  /** Length of the list as last told; undefined where it was not read. */
  total(): number | null | undefined;
}
