/** What one gateway learned about a quota from the upstream's own words. */
export interface QuotaLesson {
  /** Calls a minute that the upstream said it allows; null if it said none. */
  readonly callsPerMinute: number | null;
  /** Calls a minute that a throttle left; null if there was none. */
  readonly loweredTo: number | null;
  /** For how many milliseconds from now on the action is left alone. */
  readonly pausedMs: number;
  /** The upstream's code that the pause goes back to. */
  readonly cause: string | null;
}

/** The part of a quota that one gateway uses, as seen by those who share it out. */
export interface QuotaUse {
  /** Calls that count within the window now. */
  used(): number;
  /** Calls that the whole quota allows within the window. */
  limit(): number;
  /** Learns what another gateway was told. */
  learn(lesson: QuotaLesson): void;
  /** Others may have given something back. */
  onFreed(): void;
}

/** One quota as several gateways share it: each holds places, together never more than the quota has. */
export interface QuotaShare {
  /** Places of others: calls that they made within the window, or may make. */
  others(): number;
  /** Places of this gateway: so many of its calls may count at a time. */
  held(): number;
  /** Asks for a place more than is used. Never rejects; what came of it is in `held` and `others`. */
  grow(): Promise<void>;
  /** Tells the others. */
  teach(lesson: QuotaLesson): void;
}

/** Shares the quota of one key (an action of a source) out among gateways. */
export type OpenQuotaShare = (key: string, use: QuotaUse) => QuotaShare;
