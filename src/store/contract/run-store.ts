import type {
  Command,
  InstanceInvocation,
  Invocation,
  InvocationQuery,
  InvocationRef,
  InvocationResult,
  Operation,
  Projection,
  Source,
} from "#domain";
import type { Position } from "./position.ts";
import type { Span } from "./spans.ts";

/** A run as it is known. */
export interface StoredRun {
  readonly run: Invocation;
  /** Epoch milliseconds: when the run's own record was read last; of a run that is over, perhaps an earlier reading. */
  readonly readAt: number;
  /** When an instance's execution was read, for those that were read later than the run's record. */
  readonly executionReadAt: ReadonlyMap<string, number>;
  /** True when the upstream was asked for the run and does not know it any more. */
  readonly isGone: boolean;
}

/** What is known of one list of a source. Plain data that JSON carries unchanged. */
export interface ListRecord {
  /** What is known whole, newest first; the keeper cuts it when it lets runs go. */
  readonly spans: readonly Span[];
  /** Epoch milliseconds: when the newest end was read last with success; null if never. */
  readonly readAt: number | null;
  /** What the reader of the list notes for itself: where it can be read on, how long it is. */
  readonly notes: unknown;
  /**
   * The keeper's own mark, to be written back as it was read. A keeper cuts from `spans` what it let go since; of a record that
   * another keeper answered with, it takes no span, since the runs are not here.
   */
  readonly basis: string;
}

/** What one reading found; written as one step, so that nothing is claimed to be known that is not there. */
export interface RunWrite {
  readonly source: Source;
  /** Epoch milliseconds. */
  readonly readAt: number;
  readonly runs?: readonly Invocation[];
  /** Latest results of runs; those of a run that is not known are kept for when it is. */
  readonly results?: readonly InvocationResult[];
  /** Runs that the upstream was asked for and does not know. */
  readonly gone?: readonly string[];
  /** Means runs that the upstream dropped: those of them that are over are marked as gone. No listener hears of it. */
  readonly dropped?: InvocationQuery;
  readonly list?: { readonly key: string; readonly record: ListRecord };
}

/** Which part of a source's runs is meant: strictly behind `after` and strictly in front of `before`. */
export interface Stretch {
  readonly source: Source;
  /** Null from the newest run on. */
  readonly after: Position | null;
  /** Null to the oldest. */
  readonly before: Position | null;
}

/**
 * Which costly parts of runs have to be there if they are known. Of outputs `KEPT` wants no more than the word that they are: a keeper
 * may leave them out, and says so by `keptOutput`.
 */
export interface KeptProjection extends Omit<Projection, "output"> {
  readonly output: boolean | "KEPT";
}

/** A run, and which of its executions are meant: all of them if that is not said. A keeper may answer with others as well. */
export interface RunAsked extends InvocationRef {
  readonly instanceIds?: readonly string[] | undefined;
}

/** For whom a keeper reads, usually an operation. Clients have their turns in rotation, and what waits for one goes once the signal aborts. */
export interface Asker extends Pick<Operation, "signal" | "meter"> {
  /**
   * Awaited between the parts of a long look through what is in memory; a later round of the event loop if absent. The question rejects
   * with what this rejects with.
   */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** Which runs are asked for. */
export interface RunPageRequest {
  readonly stretches: readonly Stretch[];
  readonly query: InvocationQuery;
  /** 1 takes the first runs in the total order, -1 the last ones; they are always answered in the total order. */
  readonly direction: 1 | -1;
  readonly limit: number;
  readonly projection: KeptProjection;
  /** Absent if nobody asked. */
  readonly asker?: Asker | undefined;
}

/** What questions about many runs need of one: a small part of what is known. Redaction never hides any of it but outputs. */
export interface RunOutline extends InvocationRef {
  /** Creation time, in epoch milliseconds. */
  readonly time: number | null;
  readonly status: Invocation["status"];
  readonly command: Pick<Command, "commandId" | "name">;
  /** As `finishTimeOf` tells it, in epoch milliseconds. */
  readonly finishTime: number | null;
  /** As `durationMsOf` tells it. */
  readonly durationMs: number | null;
  /** In no order; empty unless they are asked for. May be made anew each time it is read. */
  readonly executions: readonly ExecutionOutline[];
  /** How many these are. */
  readonly executionCount: number;
}

/** The same of an execution; what it printed only where outputs are asked for. */
export interface ExecutionOutline
  extends Pick<InstanceInvocation, "instanceId" | "status">,
    Partial<Pick<InstanceInvocation, "output" | "pastOutput">> {
  readonly durationMs: number | null;
}

/** How much outlines tell: of runs alone, of their executions, or of what these printed too. */
export type OutlineDetail = "RUNS" | "EXECUTIONS" | "OUTPUTS";

/** Which outlines are asked for. */
export interface OutlineRequest extends Pick<RunPageRequest, "stretches" | "query" | "limit" | "asker"> {
  readonly detail: OutlineDetail;
}

/** Some outlines, and the place behind which others follow; null if none do. */
export interface OutlinePage {
  readonly outlines: readonly RunOutline[];
  readonly next: Position | null;
}

/** A run that came or changed. */
export interface RunChange {
  /** Null for a run that was not known before; undefined if another process changed it, so that nobody here saw it before. */
  readonly before: Invocation | null | undefined;
  readonly after: Invocation;
}

/** A run that is over, of which some output was not read. */
export interface OutputLack {
  readonly invokeId: string;
  /** Creation time, in epoch milliseconds. */
  readonly time: number;
}

/**
 * Keeps what was read: runs, their executions and outputs, in the total order, and how far each list is known. Knows neither
 * upstreams nor callers. A state that is final is never replaced by one that is not, nor a richer record by a poorer one.
 */
export interface RunStore {
  write(write: RunWrite): Promise<void>;
  /** Runs in key order; null for those that are not known. */
  readRuns(
    refs: readonly RunAsked[],
    projection: KeptProjection,
    asker?: Asker,
  ): Promise<readonly (StoredRun | null)[]>;
  /** Latest results of a run that is not known itself, by instance; those of known runs are in the run. */
  readLooseResults(
    ref: InvocationRef,
  ): Promise<readonly { readonly result: InvocationResult; readonly readAt: number }[]>;
  readPage(request: RunPageRequest): Promise<readonly StoredRun[]>;
  /**
   * The first runs in the total order, for a small part of what a page of them costs: `limit` of them, or fewer if what they printed would take
   * more than some megabytes.
   */
  readOutlines(request: OutlineRequest): Promise<OutlinePage>;
  count(request: Pick<RunPageRequest, "stretches" | "query" | "asker">): Promise<number>;
  /** Unfinished runs of a source that the upstream still knows, newest first, at most `limit`. */
  readUnfinished(source: Source, limit: number): Promise<readonly StoredRun[]>;
  /**
   * Runs of a source that are over, that the upstream still knows and of which some output was not read: failed ones first, then
   * the newest, at most `limit`. Only those created at or after `since`, in epoch milliseconds.
   */
  readLackingOutputs(source: Source, since: number, limit: number): Promise<readonly OutputLack[]>;
  /** How many these are. */
  countLackingOutputs(source: Source, since: number): Promise<number>;
  /** A list that was never written has no spans. */
  readList(source: Source, key: string): Promise<ListRecord>;
  /** Creation time of the oldest run that is known of a source, in epoch milliseconds; null if it has none. */
  oldestTime(source: Source): Promise<number | null>;
  /** Calls the listener after each write that changed anything, in order; returns how to end that. */
  onChange(listener: (changes: readonly RunChange[]) => void): () => void;
  close(): Promise<void>;
}
