import type { OpenQuotaShare, Source } from "#domain";

/** What this process wants to do alone among all replicas. */
export interface Lease {
  /** True while this process is the one that does it. */
  isOurs(): boolean;
  /** Ends the wish; the last one of a subject hands it to the others. */
  release(): void;
}

/** Who does what only one of the replicas should do. A holder that was killed is replaced within 5 s. */
export interface Leases {
  /**
   * Projection a subject until it is released.
   * @param subject begins with what is done, before a `|`: `list`, `run`, `collect`
   * @param onOurs called each time the subject comes to this process later on
   */
  want(subject: string, onOurs?: () => void): Lease;
  /** True if this process collects the runs of a source; it wants to from the first question on. */
  isOurs(source: Source): boolean;
  /** How many subjects are held, by what is done. */
  held(): ReadonlyMap<string, number>;
}

/** The turn to read something from an upstream. */
export interface ReadingTurn {
  /** True if another replica read the same a moment ago: what it read may be in the store. */
  readonly hasWaited: boolean;
  end(): void;
}

/** One reading at a time of the same thing, across replicas. */
export interface ReadingTurns {
  /**
   * Waits while another replica reads the same, at most 3 s. Never rejects: a turn that cannot be had in time is taken.
   * @param onBusy called before it waits
   */
  take(key: string, signal: AbortSignal, onBusy: () => Promise<void>): Promise<ReadingTurn>;
}

/** One of several gateways on one database, and what they agree on so that together they ask upstreams as one does. */
export interface Replica {
  readonly leases: Leases;
  readonly turns: ReadingTurns;
  readonly openQuotaShare: OpenQuotaShare;
  /** Other replicas that gave a sign of life within 3 s. */
  others(): number;
  /** Hands over at once what is held; calls that were made stay counted. Never rejects. */
  stop(): Promise<void>;
}
