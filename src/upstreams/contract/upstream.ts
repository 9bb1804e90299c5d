import type {
  AgentState,
  Instance,
  Invocation,
  InvocationQuery,
  InvocationResult,
  Operation,
  Projection,
  Source,
  UpstreamError,
} from "#domain";

/** A page of a list: counted from 1, `pageSize` is 1 to 100. */
export interface PagePlace {
  readonly pageNumber: number;
  readonly pageSize: number;
}

/**
 * Where a list can be read on. Plain data that JSON carries unchanged; it means something only to lists with the key of the
 * list that made it.
 */
export type Place = { readonly token: string } | PagePlace;

/** One answer of a list. */
export interface RunListPage {
  readonly runs: readonly Invocation[];
  /**
   * Where the list goes on; null at its end. A short or empty page with a place is not the end. In pages, the next answer
   * repeats the last record of this one, unless this page was shorter than asked for.
   */
  readonly next: Place | null;
  /**
   * Set where the list contradicts itself and cannot be read on, such as one that repeats itself: what is wrong. `next` is null
   * then, and is no end that was seen.
   */
  readonly flaw: string | null;
  /** Which mode the list answered in, as this answer shows. A list may change its mode at any answer. */
  readonly mode: "token" | "page";
  /** Index in the whole list of the first record of this answer, unreadable ones included; null for tokens. */
  readonly offset: number | null;
  /** For each run its index in the whole list, parallel to `runs`; null for tokens. */
  readonly indexes: readonly number[] | null;
  /** Length of the whole list, if this mode has a valid one; null for tokens. It may lie. */
  readonly total: number | null;
  /** Records that could not be read and are left out of `runs`. */
  readonly unreadable: number;
  /** When it was asked for, in epoch milliseconds, if that was before the reading that it answers. */
  readonly askedAt?: number;
}

/** The newest page of a list as it was read while the list was opened, or why it could not be read. @throws UpstreamError */
export type FirstPage = () => Promise<RunListPage>;

/** One list of runs, newest first, without order inside one creation time. Not a snapshot: new runs shift all others. */
export interface RunList {
  /** The same text for the same list in every process; unique within its source; names the filter that the upstream applies. */
  readonly key: string;
  /** What of the query the upstream applies itself: the list holds all runs that this means. */
  readonly applied: InvocationQuery;
  /** True if another list holds the rest of the runs that {@link applied} means. */
  readonly isPart?: boolean;
  /** True while it may lack runs that it should hold, since the question whether it hides some could not be answered. */
  mayLack?(): boolean;
  /** True if the upstream applies every part of the query asked for, so that `total` counts just what is asked for. */
  readonly isExact: boolean;
  /**
   * Reads on at a place; null begins at the newest.
   * @throws DeadPlaceError if the upstream does not know the place any more: begin again at the newest.
   * @throws UpstreamError
   */
  read(place: Place | null, operation: Operation): Promise<RunListPage>;
  /**
   * A place whose page holds the record in front of this index, which proves that nothing was skipped, and as many records
   * from it on as can be had. Null as long as the list is not known to answer in pages.
   */
  placeAt(index: number): Place | null;
}

/** Which results of one run are meant. */
export interface ResultQuery {
  readonly invokeId: string;
  /** Only these instances where given. An upper bound for what must be read: more may come back. */
  readonly instanceIds?: readonly string[];
  /** Every execution of a repeated command instead of the latest only. */
  readonly includeHistory: boolean;
  /** Whether the run is carried out more than once, so that its latest results are not all; null if that is not known. */
  readonly hasRepeats?: boolean | null;
}

/** Whose results a list holds: those of one instance, of one command, or of both at once. */
export interface ResultListQuery {
  readonly instanceId?: string;
  readonly commandId?: string;
}

/** The latest result of each run on each instance, as the upstream lists them. Not a snapshot. */
export interface ResultList {
  /** As that of a {@link RunList}. */
  readonly key: string;
  /**
   * Reads on at a place; null begins at the newest.
   * @throws DeadPlaceError, UpstreamError as {@link RunList}
   */
  read(place: Place | null, operation: Operation): Promise<ResultListPage>;
}

/** One answer of a list of results, told in the words of {@link RunListPage}. */
export interface ResultListPage extends Pick<RunListPage, "next" | "unreadable" | "offset" | "total"> {
  readonly results: readonly InvocationResult[];
  /** How many records it had, those included that are not among the results. */
  readonly length: number;
}

/** What is known of a run already; a source that is read piece by piece needs to be asked for the rest only. */
export interface KnownRun {
  /** The run as it was when it was read last; null where it was not. */
  readonly run: Invocation | null;
  /** The latest result on one instance where it is final and has what is wanted, else null. */
  findResult(instanceId: string): InvocationResult | null;
}

/** A run that an earlier answer told. */
export interface RecalledRun {
  readonly run: Invocation;
  /** Epoch milliseconds: when that answer came. */
  readonly readAt: number;
}

/** What a source whose lists bring outputs along remembers of them while their encoding is not known. */
export interface ListedOutputs {
  /**
   * Runs of earlier answers whose outputs could not be read then, as far as they are still at hand. No call, but for one that
   * finds out how outputs are encoded.
   */
  recall(invokeIds: readonly string[], projection: Projection, operation: Operation): Promise<readonly RecalledRun[]>;
  /** True while outputs can only be guessed, so that asking for them once more tells nothing new. */
  isStuck(): boolean;
}

/** The servers of a list, as far as they could be read. */
export interface ListedServers {
  readonly instances: readonly Instance[];
  /** Why the list lacks some; null if it is whole. */
  readonly lack: UpstreamError | null;
}

/** One of the lists that hold the servers of a source. */
export interface ServerList {
  /** Unique within its source. */
  readonly key: string;
  /** Every server of the list, at most 20,000. @throws UpstreamError if nothing of it can be read */
  read(operation: Operation): Promise<ListedServers>;
}

/**
 * The contract that every product's adapter keeps, for one source. Left of it nobody knows that Alibaba exists.
 * Every method rejects with UpstreamError only; what does not exist is null or missing, never an error.
 */
export interface Upstream {
  readonly source: Source;
  /** Set if it keeps the latest result of each instance alone, so that asking for a history tells no more. */
  readonly hasNoHistory?: true;
  /**
   * The lists whose union holds every run that the query means, and possibly others: the caller filters again. A source that
   * lists per instance has one list per instance, each of which shows its own instance of a run. A region may have several
   * lists without a run in common. An upstream filters by one status at most.
   */
  openLists(query: InvocationQuery, projection: Projection, operation: Operation): Promise<readonly RunList[]>;
  /**
   * The lists of the whole source that told what the query means, and that may be read no longer: {@link openLists} opens those of single servers
   * instead. Absent if it never does. Costs no call.
   */
  wholeLists?(query: InvocationQuery): readonly Pick<RunList, "key" | "applied">[];
  /** Set if the lists bring outputs along, so that reading a list again costs less than reading its runs one by one. */
  readonly listedOutputs?: ListedOutputs | undefined;
  /** One run, null where the upstream does not know it (any more). `known` saves calls where there is any to be saved. */
  readInvocation(
    invokeId: string,
    projection: Projection,
    operation: Operation,
    known?: KnownRun,
  ): Promise<Invocation | null>;
  /**
   * True for a run that is known by lists of single instances, while it may have been on one whose list could not be read. Absent if no list
   * is one of a single instance.
   */
  mayLackInstances?(run: Invocation): boolean;
  /**
   * Results of one run, in as few calls as the API allows; an instance without result is missing.
   * @throws PartialResultsError if others are missing, too
   */
  readResults(query: ResultQuery, projection: Projection, operation: Operation): Promise<readonly InvocationResult[]>;
  /** Results that need no run beside them. Absent if the API lists results by their run alone. */
  openResultList?(query: ResultListQuery): ResultList;
  /** Servers by id, at most 100 a call; unknown ones are missing. @throws PartialServersError if others are missing, too */
  readInstances(instanceIds: readonly string[], operation: Operation): Promise<readonly Instance[]>;
  /** The lists whose union holds every server of the source. Absent if the API has no such call. */
  readonly serverLists?: readonly ServerList[];
  /**
   * The agents on servers by id, at most 50 a call; unknown ones are missing. Absent where the API has no such call.
   * @throws PartialServersError if others are missing, too
   */
  readAgentStates?(instanceIds: readonly string[], operation: Operation): Promise<readonly AgentState[]>;
}
