import type { AppendedOutput, InstanceInvocation, Invocation, InvocationFilter } from "#domain";
import type { Page, PageSourceState } from "./pages.ts";

/** In which order a list of runs comes; the first is the total order. What has no such value comes last in every order. */
export type InvocationOrder =
  | "CREATION_TIME_DESC"
  | "FINISH_TIME_DESC"
  | "FINISH_TIME_ASC"
  | "DURATION_DESC"
  | "DURATION_ASC";

/** Which servers of all sources are meant. */
export interface InstanceFilter extends Pick<InvocationFilter, "providerIn" | "regionIdIn" | "accountIn"> {
  /** Part of the name, in any case. */
  readonly nameContains?: string;
  readonly instanceIdIn?: readonly string[];
  /** In any case. */
  readonly osTypeIn?: readonly string[];
}

/** What is looked for in the outputs of many runs: exactly one of `text` and `pattern`. */
export interface OutputSearch {
  readonly text?: string | null;
  /** In RE2's syntax. */
  readonly pattern?: string | null;
  readonly ignoreCase?: boolean | null;
  /** Lines to show around each match, 0 to 10. */
  readonly contextLines?: number | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

/** A line that matches, without its line end. */
export interface LineMatch {
  /** Counted from 1. */
  readonly lineNumber: number;
  readonly line: string;
  /** The lines right before it, in reading order; fewer at the beginning of the output. */
  readonly before: readonly string[];
  /** The lines right after it; fewer at the end of the output. */
  readonly after: readonly string[];
}

/** A line of an output that matches, and who printed it. */
export interface FoundLine {
  readonly run: Invocation;
  readonly execution: InstanceInvocation;
  readonly match: LineMatch;
}

/** Matches, newest runs first, then by instance id and line; and how far they say everything. */
export interface OutputMatches extends Page<FoundLine> {
  /** Outputs that were gone through for this page. */
  readonly searchedOutputs: number;
  /** Outputs that this page would have gone through had anybody read them before. */
  readonly missingOutputs: number;
  /** When the oldest run was handed in that was gone through, in epoch milliseconds; null if none was, or none tells. */
  readonly searchedSince: number | null;
}

/** What of an output is new, and whose it is. */
export interface OutputChunk extends AppendedOutput {
  readonly run: Invocation;
  readonly execution: InstanceInvocation;
  /** True if this execution is over: nothing of it follows. */
  readonly isFinal: boolean;
  /**
   * Behind this event; a client that comes back with it misses nothing. Null for a run on too many servers. Made when it is read,
   * which has to be before the next event is asked for.
   */
  readonly position: string | null;
}

/** A position that a client came back with. */
export interface GivenPosition {
  readonly text: string;
  /** The argument or the header that held it; errors tell it. */
  readonly name: string;
  /** True where a client sends it unasked, as EventSource does: one that is too old then begins anew with a snapshot. */
  readonly mayBeginAnew: boolean;
}

/** What came into a watched list, changed in it or left it. */
export interface ListChange {
  /** Behind this change; a client that comes back with it misses nothing. */
  readonly position: string;
  /** True if `entered` is the newest part of the list, and what was known of it before is to be dropped. */
  readonly isSnapshot: boolean;
  /** Newest first. */
  readonly entered: readonly Invocation[];
  readonly changed: readonly Invocation[];
  /** As they are now; they are not meant any more. */
  readonly left: readonly Invocation[];
  /** How the sources of the list fare, found out once for all who get the change. Costs no upstream call. */
  sources(): Promise<readonly PageSourceState[]>;
}

/** How a list is watched. */
export interface ListWatchBegin {
  /** Where to go on; null begins with a snapshot. */
  readonly after: GivenPosition | null;
  /** True if a source that begins to fail, or answers again, is a change of its own. */
  readonly tellsSources: boolean;
}
