import type {
  AgentState,
  AppendedOutput,
  Instance,
  InstanceInvocation,
  InstanceInvocationStatus,
  InstanceRef,
  Instant,
  Invocation,
  InvocationFilter,
  InvocationRef,
  InvocationResult,
  Operation,
  ResultRef,
  Source,
  Wants,
} from "#domain";
import type { SourceState } from "#sync";
import type { LineMatch } from "./line-search.ts";
import type { StatisticsRequest, StatisticsRow } from "./statistics-rows.ts";

/** Relay's four paging arguments, as the client gave them. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** One row of a page. */
export interface Edge<Node> {
  readonly node: Node;
  /** Makes the cursor; made on demand, since most operations select only `pageInfo`'s. */
  cursor(): string;
}

/** How one source fared for a page. */
export interface PageSourceState extends SourceState {
  /** False if something that this page should hold is missing, as of `asOf`. */
  readonly isComplete: boolean;
  /** Epoch milliseconds: how far back the source is known without a gap; null if it is not known at all. */
  readonly oldestTime: number | null;
}

/** One page of a connection. */
export interface Page<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Where the page begins and ends; also set on an empty page that can be continued (a source failed, a scan budget ended). */
  startCursor(): string | null;
  endCursor(): string | null;
  /** Null where it cannot be known or was not wanted. */
  readonly totalCount: number | null;
  /** The sources of this connection, in their order, as they fared for this page. */
  readonly sources: readonly PageSourceState[];
  /** False if reading was broken off before the page was full; the cursor goes on from there. */
  readonly isScanComplete: boolean;
}

/** What of a page a selection needs beyond its rows. */
export interface PageWants extends Wants {
  readonly totalCount: boolean;
  /** True where the total is all that is needed: nothing is then read where it cannot be known. */
  readonly isTotalAlone?: boolean;
}

/** What of a watched run is wanted. */
export interface WatchWants extends Wants {
  /** Times, exit codes and errors of its instances, also where the run's own record does not tell them. */
  readonly details: boolean;
}

/** Which results the connection `invocationResults` holds; at least one of the three ids is set. */
export interface ResultFilter {
  readonly source: Source;
  readonly invokeId?: string;
  readonly instanceId?: string;
  readonly commandId?: string;
  readonly statusIn?: readonly InstanceInvocationStatus[];
  readonly includeHistory?: boolean;
}

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
  /** When the oldest run was handed in that was gone through; null if none was, or none tells. */
  readonly searchedSince: Instant | null;
}

/** What of an output is new, and whose it is. */
export interface OutputChunk extends AppendedOutput {
  readonly run: Invocation;
  readonly execution: InstanceInvocation;
  /** True if this execution is over: nothing of it follows. */
  readonly isFinal: boolean;
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
}

/** A value, null for what does not exist, or the error that this key alone met. */
export type Answer<Value> = Value | null | Error;

/**
 * A key whose own `wants`, where there are any, are less than those of its read: what is at hand serves it where it has these,
 * and only what has to be read is read with all that the read is for.
 */
export type Asked<Ref> = Ref & { readonly wants?: Wants };

/** Everything that the graph can ask for. Errors: InputError for bad arguments, UpstreamError where nothing could be had. */
export interface Services {
  /** Sources in their order, as they fared last. Costs no upstream call. */
  sources(): Promise<readonly PageSourceState[]>;
  /** The configured sources in their order. */
  listSources(): readonly Source[];
  /** The configured sources that these words name; an unknown account or region is no source, so null. */
  findSource(provider: Source["provider"], regionId: string, account?: string | null): Source | null;
  /** One page of the runs of every source, by the total order. */
  pageInvocations(
    args: PageArguments,
    filter: InvocationFilter,
    wants: PageWants,
    operation: Operation,
  ): Promise<Page<Invocation>>;
  /**
   * One page of runs in another order. Reads all that is meant, at most 10,000 runs within the operation's budget.
   * @throws InputError `BAD_USER_INPUT` without `createdAfter`
   */
  pageOrdered(
    args: PageArguments,
    order: Exclude<InvocationOrder, "CREATION_TIME_DESC">,
    filter: InvocationFilter,
    wants: PageWants,
    operation: Operation,
  ): Promise<Page<Invocation>>;
  /** One page of servers, by source and then by id. One call for 100 servers of a source, once a minute. */
  pageInstances(args: PageArguments, filter: InstanceFilter, operation: Operation): Promise<Page<Instance>>;
  /**
   * Resolves when the run is final, or after so many milliseconds, or when the run is known to be none: one that was never seen is
   * waited for 15 s. The wait does not count towards the operation's deadline. @throws UpstreamError
   */
  waitUntilFinal(ref: InvocationRef, waitMs: number, operation: Operation): Promise<void>;
  /**
   * Matches in the outputs that are known; costs no upstream call but the refresh of the lists' newest ends. After 5 s it answers
   * what it has. @throws InputError `BAD_USER_INPUT` that names the argument, before any work
   */
  searchOutputs(search: OutputSearch, filter: InvocationFilter, operation: Operation): Promise<OutputMatches>;
  /** How runs went, in few rows. @throws InputError `BAD_USER_INPUT` for an interval that makes too many rows */
  statistics(
    request: StatisticsRequest,
    filter: InvocationFilter,
    operation: Operation,
  ): Promise<readonly StatisticsRow[]>;
  /** One page of results across runs: by the run's place in the total order, then instanceId, then newest execution first. */
  pageResults(
    args: PageArguments,
    filter: ResultFilter,
    wants: PageWants,
    operation: Operation,
  ): Promise<Page<InvocationResult>>;
  /** Runs by id, one answer a key, in key order. */
  readInvocations(
    refs: readonly Asked<InvocationRef>[],
    wants: Wants,
    operation: Operation,
  ): Promise<readonly Answer<Invocation>[]>;
  /** Results by key, one answer a key, in key order; with `execution: null` the latest one. Takes the cheapest cover. */
  readResults(
    refs: readonly Asked<ResultRef>[],
    wants: Wants,
    operation: Operation,
  ): Promise<readonly Answer<InvocationResult>[]>;
  /** Every execution of a repeated run on one instance, newest first. */
  readHistory(
    ref: Omit<ResultRef, "execution">,
    wants: Wants,
    operation: Operation,
  ): Promise<readonly InvocationResult[]>;
  /** Servers by id, one answer a key, in key order. */
  readInstances(refs: readonly InstanceRef[], operation: Operation): Promise<readonly Answer<Instance>[]>;
  /**
   * The run as it changes: its present state, then each state that differs from the last in what is wanted, and the end when
   * it is final. A reader who is slow gets the newest state only. Errors that may pass are waited out; others end it, as does
   * InputError `NOT_FOUND` for a run that is gone. Ends quietly when the operation's signal aborts.
   * @throws InputError `LIMIT_EXCEEDED` where too many watch already
   */
  watchInvocation(ref: InvocationRef, wants: WatchWants, operation: Operation): AsyncIterableIterator<Invocation>;
  /**
   * A list as it changes: its newest rows, or what changed behind a position, then each change. A reader who is slow gets several
   * changes as one, or a new snapshot. Costs as one, however many watch however many lists of a source.
   * @throws InputError `CURSOR_EXPIRED` for a position that is too old, `LIMIT_EXCEEDED` if too many watch already
   */
  watchList(filter: InvocationFilter, after: string | null, operation: Operation): AsyncIterableIterator<ListChange>;
  /**
   * What is printed on one server of a run, or on all of them: each part once, until the run is over. Errors as
   * {@link Services.watchInvocation}.
   */
  watchOutput(
    ref: InvocationRef & { readonly instanceId: string | null },
    fromByte: number,
    operation: Operation,
  ): AsyncIterableIterator<OutputChunk>;
  /** The agents on servers, one answer a key, in key order. */
  readAgentStates(refs: readonly InstanceRef[], operation: Operation): Promise<readonly Answer<AgentState>[]>;
}

/**
 * Makes texts tamper-evident: what `open` gives back is what `seal` was given, with the same purpose and key, or null.
 * The purpose binds a text to its use (a filter, an order, a parent) without being part of it.
 */
export interface Sealer {
  seal(purpose: string, payload: string | Uint8Array): string;
  open(purpose: string, sealed: string): Uint8Array | null;
}
