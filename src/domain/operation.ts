import type { UpstreamError } from "./errors.ts";
import type { Source } from "./source.ts";

/** Counts what one operation costs upstream and refuses what would exceed its budget. */
export interface CostMeter {
  /** Whom it is spent for, by a name that says nothing to others: clients have their turns in rotation. Absent for what nobody asked for. */
  readonly client?: string | undefined;
  /**
   * Called before every attempt that goes over the network.
   * @throws InputError `COST_LIMIT_EXCEEDED` where the operation's budget is used up; the attempt must then not be made.
   */
  spend(source: Source, action: string): void;
  /** An answer was known already, or is shared with somebody who asked for the same at that moment. */
  addCached(count: number): void;
  /**
   * Called before several calls of which it is known how many they are at least; nothing of them is to be made where it throws.
   * @throws InputError `COST_LIMIT_EXCEEDED` where they would go beyond the operation's budget.
   */
  expectCalls?(calls: number): void;
  /**
   * Called before values are handed over to be written into the answer; counts leaf values and about how many bytes of JSON they
   * make. What it throws is for the field that wanted to give them: nothing of it may then be written.
   * @throws InputError `LIMIT_EXCEEDED` if the answer would be too large
   */
  addAnswer?(values: number, bytes: number): void;
  /**
   * Called before outputs are searched, or decoded and cut beyond what the answer shows of them.
   * @throws InputError `LIMIT_EXCEEDED` if the operation would read too much
   */
  addReading?(what: "searchedBytes" | "decodedBytes", bytes: number): void;
  /**
   * Called before something is looked up by an id that this gateway did not make.
   * @throws InputError `LIMIT_EXCEEDED` if the client has had too many of them lately
   */
  addForeignId?(): void;
}

/** How long the answer of an operation stays true, unless something that was read changes. */
export interface AnswerLife {
  /** The answer is true until this time at the latest, by {@link Clock.elapsed}. */
  endBy(elapsedMs: number): void;
  /** The answer holds something that may be another one a moment later. */
  end(): void;
}

/** What travels with one client operation down the whole road. */
export interface Operation {
  /** Aborts when the client is gone or the deadline has passed; every wait on the road ends with it. */
  readonly signal: AbortSignal;
  /** By {@link Clock.elapsed}; no answer is later. */
  readonly deadline: number;
  /** Id of the client's request, for logs. */
  readonly requestId: string;
  readonly meter: CostMeter;
  /** Absent if nobody keeps answers. */
  readonly life?: AnswerLife;
  /**
   * Set when the operation reads again what is known already. Its calls never wait for quota: a call that may not be made now
   * rejects at once with `THROTTLED` and `isPaced`. With `collect` nobody asked: its calls wait until the share of the quota that is
   * for collecting allows them. Absent for reads that somebody cannot do without: those wait for the quota alone.
   */
  readonly pace?: "refresh" | "collect" | undefined;
  /** Resolves when somebody joined who is not to wait as long as the pace said so far: read `pace` again. */
  readonly hurry?: Promise<void>;
  /** Called when an attempt failed after which another one may be made; the last failure of a call rejects. */
  noteAttempt?(failure: UpstreamError): void;
  /**
   * Puts the deadline off for a wait that the client asked for: call it before, and what it returns when the wait is over. The
   * rest of the operation then has as much time as it had before, or `restMs` if that is less. Absent if nobody measures the operation.
   */
  hold?(waitMs: number): (restMs?: number) => void;
  /**
   * Resolves when this operation may work on for two milliseconds: call it between the parts of long work, so that the event
   * loop, deadlines and other clients have their turns. Absent if nobody else waits.
   */
  turn?(): Promise<void>;
  /**
   * Resolves when this operation may go on with something small: call it after a wait that hundreds may have shared. Absent if nobody else
   * waits.
   */
  pass?(): Promise<void>;
}

/** The same operation, which notes failing attempts so; its deadline and its pace may still change while others join. */
export function withNotes(operation: Operation, noteAttempt: NonNullable<Operation["noteAttempt"]>): Operation {
  return {
    ...operation,
    get deadline() {
      return operation.deadline;
    },
    get pace() {
      return operation.pace;
    },
    noteAttempt,
  };
}
