import type { Projection } from "#domain";
import type { Backfill, SourceState } from "#sync";

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
  /** False if the page goes on without what is new there, since the source failed or was too slow. Waiting for quota is neither. */
  readonly isCurrent: boolean;
  /** Epoch milliseconds: how far back the source is known without a gap; null if it is not known at all. */
  readonly oldestTime: number | null;
  /** How far collecting the source has come; null if nothing is collected. It moves without being written to the store. */
  backfill(): BackfillState | null;
}

/** How far collecting a source has come. */
export interface BackfillState extends Omit<Backfill, "knownRuns"> {
  /** Null for those who may not see all runs of the source. */
  knownRuns(): Promise<number | null>;
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
export interface PageProjection extends Projection {
  readonly totalCount: boolean;
}
