import type { Source } from "#domain";

/** What a guarded field belongs to. */
export interface GuardedPlace {
  readonly source: Source;
  readonly invokeId: string;
  /** Null for what belongs to the whole run. */
  readonly instanceId: string | null;
  /** Name of the run's command; null if it has none. Undefined where only the run's own record tells it. */
  readonly commandName: string | null | undefined;
}

type GuardedKind = "commands" | "outputs";

/** Decides over guarded fields for one operation, and has written down what is given and what is not. */
export interface KindGuard {
  /**
   * True if the caller may have it. A name that is not known fits no role that depends on it.
   * @throws ForbiddenError at the first field of each kind that is not given, so that an answer names each kind once.
   */
  isGiven(kind: GuardedKind, place: GuardedPlace): boolean;
  /** Notes that the caller may have none of this kind anywhere. @throws ForbiddenError */
  refuse(kind: GuardedKind, place: GuardedPlace | null): never;
  /** Notes what leaves, if there is anything. */
  note(kind: GuardedKind, place: GuardedPlace, value: unknown): void;
}

/** An object with guarded fields. It is shared by all operations, so it knows where it belongs and not who asks. */
export interface Guarded {
  readonly guardedPlace: GuardedPlace;
}
