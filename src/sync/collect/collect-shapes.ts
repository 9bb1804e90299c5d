import type { Clock, Source, SourceErrorCode, Telemetry } from "#domain";
import type { RunStore } from "#store";
import type { Sync } from "../readers/index.ts";

/**
 * How far collecting a source has come. `WAITING`: nothing is read, since another process collects it, or the database is away, or
 * it did not begin yet. `READING`: older runs are being read. `COMPLETE`: everything is known that the upstream has and that is
 * kept. `FULL`: the keeper lets go of the oldest runs as others come. `FAILING`: the source could not be read and is tried again later.
 */
export type BackfillPhase = "WAITING" | "READING" | "COMPLETE" | "FULL" | "FAILING";

/** Why a source could not be collected when it was last tried. */
export interface CollectFailure {
  readonly code: SourceErrorCode;
  readonly message: string;
}

/** Where collecting a source stands. */
export interface CollectProgress {
  readonly phase: BackfillPhase;
  /** Epoch milliseconds: when this phase began. */
  readonly since: number;
  readonly failure: CollectFailure | null;
  /** Steps in a row that failed; 0 after one that did not. */
  readonly failuresInRow: number;
  /** Upstream calls since the process began. */
  readonly calls: number;
  /** True if nothing is left to be read but what is new and what still moves. */
  readonly isCaughtUp: boolean;
}

/** The same with what is known of the source: read or counted when it is called, up to 900 ms old. Rejects as the store does. */
export interface Backfill extends CollectProgress {
  /** Epoch milliseconds: how far back the source is known without a gap; null if it was not read yet. */
  oldestTime(): Promise<number | null>;
  knownRuns(): Promise<number>;
  /** Runs that are over, of which some output is to be read and was not; null if outputs are not collected. */
  lackingOutputs(): Promise<number | null>;
}

/** What is to be collected. */
export interface CollectOptions {
  /** Also what was printed. */
  readonly outputs: boolean;
  /** What was created before is not collected, in epoch milliseconds: it would not be kept. */
  readonly oldestRun: () => number;
  /** The same for outputs. */
  readonly oldestOutput: () => number;
  /** Asked before each step: false if another process collects the source. True for every source if absent. */
  readonly isOurs?: (source: Source) => boolean;
  /** Asked before each step: false while what is read would not last. Always true if absent. */
  readonly isKept?: () => boolean;
  /** Is told when a back-fill of a source begins and ends. */
  readonly notice: Telemetry["notice"];
}

/** What collecting works with. */
export interface CollectParts {
  readonly sync: Sync;
  readonly store: RunStore;
  readonly clock: Clock;
}
