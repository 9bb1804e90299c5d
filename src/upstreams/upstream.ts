import type {
  AgentState,
  Instance,
  Invocation,
  InvocationQuery,
  InvocationResult,
  Operation,
  Source,
  Wants,
} from "#domain";

/** One page to be read from a list: pages are counted from 1, `pageSize` is 1 to 50. */
export interface PageRequest {
  readonly pageNumber: number;
  readonly pageSize: number;
}

/** A stretch of a list as the upstream had it when it was read. */
export interface InvocationWindow {
  readonly items: readonly Invocation[];
  /** Index in the whole list of the first item (also where there are no items). */
  readonly offset: number;
  /** The page size that the upstream really used: it may clamp what was asked. */
  readonly pageSize: number;
  /** Length of the whole list as the upstream tells it; null where it does not. A hint: it may lie. */
  readonly totalCount: number | null;
  /** Records of this stretch that could not be read and are left out of `items`, each of which has its index all the same. */
  readonly unreadableCount?: number;
}

/**
 * One list of runs in the upstream's order: newest first, without order within one creation time, and possibly in
 * another order there at every call. Not a snapshot: new runs shift everything behind them.
 */
export interface InvocationList {
  /** The same text for the same list in every process; unique within its source. */
  readonly key: string;
  /** True where the upstream itself applies every part of the query, so that `totalCount` counts just what is asked for. */
  readonly isExact: boolean;
  /** @throws UpstreamError */
  read(page: PageRequest, operation: Operation): Promise<InvocationWindow>;
}

/** Which results of one run are meant. */
export interface ResultQuery {
  readonly invokeId: string;
  /** Only these instances where given. An upper bound for what must be read: more may come back. */
  readonly instanceIds?: readonly string[];
  /** Every execution of a repeated command instead of the latest only. */
  readonly includeHistory: boolean;
}

/** What is known of a run already; a source that is read piece by piece needs to be asked for the rest only. */
export interface KnownRun {
  /** The run as it was when it was read last; null where it was not. */
  readonly run: Invocation | null;
  /** The latest result on one instance where it is final and has what is wanted, else null. */
  findResult(instanceId: string): InvocationResult | null;
}

/**
 * The contract that every product's adapter keeps, for one source. Left of it nobody knows that Alibaba exists.
 * Every method rejects with UpstreamError only; what does not exist is null or missing, never an error.
 */
export interface Upstream {
  readonly source: Source;
  /**
   * The lists whose union holds every run that the query means (and possibly others: the caller filters again). Most
   * sources have one; a source that can only list per instance has one per instance, and a run on several instances then
   * appears in several lists, each time with other instances.
   */
  openLists(query: InvocationQuery, wants: Wants, operation: Operation): Promise<readonly InvocationList[]>;
  /** One run, null where the upstream does not know it (any more). `known` saves calls where there is any to be saved. */
  readInvocation(invokeId: string, wants: Wants, operation: Operation, known?: KnownRun): Promise<Invocation | null>;
  /** Results of one run, in as few calls as the API allows; an instance without result is missing. */
  readResults(query: ResultQuery, wants: Wants, operation: Operation): Promise<readonly InvocationResult[]>;
  /**
   * Results of the newest runs on one instance, one call of at most 50; used where that covers several runs at once.
   * Null where the API has no such call.
   */
  readInstanceResults(
    instanceId: string,
    wants: Wants,
    operation: Operation,
  ): Promise<readonly InvocationResult[] | null>;
  /** Servers by id, at most 100 a call; unknown ones are missing. */
  readInstances(instanceIds: readonly string[], operation: Operation): Promise<readonly Instance[]>;
  /** The agents on servers by id, at most 50 a call; unknown ones are missing. Absent where the API has no such call. */
  readAgentStates?(instanceIds: readonly string[], operation: Operation): Promise<readonly AgentState[]>;
}
