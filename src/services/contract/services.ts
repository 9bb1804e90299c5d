import type {
  AgentState,
  Execution,
  Instance,
  InstanceInvocationRef,
  InstanceInvocationStatus,
  InstanceRef,
  Invocation,
  InvocationFilter,
  InvocationRef,
  InvocationResult,
  Operation,
  Projection,
  ResultRef,
  Source,
  UpstreamError,
} from "#domain";
import type { Page, PageArguments, PageProjection, PageSourceState } from "./pages.ts";
import type {
  GivenPosition,
  InstanceFilter,
  InvocationOrder,
  ListChange,
  ListWatchBegin,
  OutputChunk,
  OutputMatches,
  OutputSearch,
} from "./questions.ts";
import type { StatisticsRequest, StatisticsRow } from "./statistics.ts";

/** What of a watched run is wanted. */
export interface WatchProjection extends Projection {
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

/** A result as a page shows it. */
export interface ShownResult extends InvocationResult {
  /** Why its output could not be read; absent if it was, or is not wanted. */
  readonly unread?: Error;
}

/** Results of one run, by instance, and of one instance newest first. */
export interface ShownResults {
  readonly all: readonly ShownResult[];
  /** False if others may be missing. */
  readonly isWhole: boolean;
  /** Why the upstream refused this very question, so that no more is shown than was known; absent if it did not. */
  readonly refusal?: UpstreamError;
}

/** A value, null for what does not exist, or the error that this key alone met. */
export type Answer<Value> = Value | null | Error;

/**
 * A key whose own `projection`, where there are any, are less than those of its read: what is at hand serves it where it has these,
 * and only what has to be read is read with all that the read is for.
 */
export type Asked<Ref> = Ref & { readonly projection?: Projection };

/** Everything that the graph can ask for. Errors: InputError for bad arguments, UpstreamError where nothing could be had. */
export interface Services {
  /** Sources in their order, as they fared last. Costs no upstream call. */
  sources(): Promise<readonly PageSourceState[]>;
  /** Another number after every change of what is known. */
  revision(): number;
  /** The configured sources in their order. */
  listSources(): readonly Source[];
  /** The configured sources that these words name; an unknown account or region is no source, so null. */
  findSource(provider: Source["provider"], regionId: string, account?: string | null): Source | null;
  /** One page of the runs of every source, by the total order. */
  pageInvocations(
    args: PageArguments,
    filter: InvocationFilter,
    projection: PageProjection,
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
    projection: PageProjection,
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
    projection: PageProjection,
    operation: Operation,
  ): Promise<Page<ShownResult>>;
  /** Whether each of these runs is known, in their order. Costs no upstream call. */
  areKnown(refs: readonly InvocationRef[]): Promise<readonly boolean[]>;
  /** Runs by id, one answer a key, in key order. */
  readInvocations(
    refs: readonly Asked<InvocationRef>[],
    projection: Projection,
    operation: Operation,
  ): Promise<readonly Answer<Invocation>[]>;
  /** Results by key, one answer a key, in key order; with `execution: null` the latest one. Takes the cheapest cover. */
  readResults(
    refs: readonly Asked<ResultRef>[],
    projection: Projection,
    operation: Operation,
  ): Promise<readonly Answer<InvocationResult>[]>;
  /**
   * The outputs of executions as they are kept, in their order; null for one that is not kept. Costs no upstream call. All of them are in memory
   * together: ask for some hundred.
   */
  readOutputs(
    refs: readonly InstanceInvocationRef[],
    operation: Operation,
  ): Promise<readonly (Pick<Execution, "output"> | null)[]>;
  /** Every execution of runs on instances, one answer a key, in key order. */
  readHistories(
    refs: readonly Asked<Omit<ResultRef, "execution">>[],
    projection: Projection,
    operation: Operation,
  ): Promise<readonly Answer<ShownResults>[]>;
  /** Servers by id, one answer a key, in key order. */
  readInstances(refs: readonly InstanceRef[], operation: Operation): Promise<readonly Answer<Instance>[]>;
  /**
   * The run as it changes: its present state, then each state that differs from the last in what is wanted, and the end when
   * it is final. A reader who is slow gets the newest state only. Errors that may pass are waited out; others end it, as does
   * InputError `NOT_FOUND` for a run that is gone. Ends quietly when the operation's signal aborts.
   * @throws InputError `LIMIT_EXCEEDED` where too many watch already
   */
  watchInvocation(
    ref: InvocationRef,
    projection: WatchProjection,
    operation: Operation,
  ): AsyncIterableIterator<Invocation>;
  /**
   * A list as it changes: its newest rows, or what changed behind a position, then each change. How its sources fare is a change too, if that
   * is wanted. A reader who is slow gets several changes as one, or a new snapshot. Costs as one, however many watch however many lists of a source.
   * @throws InputError `CURSOR_EXPIRED` for a position that is too old and may not begin anew, `INVALID_CURSOR` for one of another list, `LIMIT_EXCEEDED` if
   * too many watch already
   */
  watchList(filter: InvocationFilter, begin: ListWatchBegin, operation: Operation): AsyncIterableIterator<ListChange>;
  /**
   * What is printed on one server of a run, or on all of them: each part once, until the run is over. Behind `fromByte` of each
   * output, or behind what `after` says was told of it. Errors as {@link Services.watchInvocation}.
   * A position of other keys begins anew if it may.
   * @throws InputError `INVALID_CURSOR` for a position that is none of this output, `CURSOR_EXPIRED` for one of other keys
   */
  watchOutput(
    ref: InvocationRef & { readonly instanceId: string | null },
    begin: { readonly fromByte: number; readonly after: GivenPosition | null },
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

/** Seals as {@link Sealer} does, in texts that name their key, so that one of other keys is known as such. */
export interface PositionSealer {
  sealNamed(purpose: string, payload: string | Uint8Array): string;
  /** `foreign` for a text that names a key which this process does not have. */
  openNamed(purpose: string, sealed: string): Uint8Array | "foreign" | null;
}
