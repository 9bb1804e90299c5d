import { type CostMeter, InputError } from "#domain";
import { LIMITS, limitExceeded } from "../errors/index.ts";
import type { Client } from "./clients.ts";

/** What an operation cost upstream, as `extensions.cost` tells it. */
export interface Cost {
  readonly calls: number;
  readonly cached: number;
  readonly budget: number;
  /** Calls that the caller may still cause in this minute; only if the access file limits them. */
  readonly remainingCalls?: number;
}

/** For whom an operation spends what. */
export interface MeterRules {
  /** Most upstream calls. */
  readonly callBudget: number;
  readonly client: Pick<Client, "name" | "spendCall" | "spendForeignId" | "remainingCalls">;
  /** Called before every attempt: who waits for an upstream works no more for now. */
  pause(): void;
}

type Counted = "answerValues" | "answerBytes" | "searchedBytes" | "decodedBytes";

/**
 * Counts what one operation costs, what its answer holds and what was read for it. Once a limit of the answer is met, everything else
 * that counts towards it is refused as well, with the same error: what has been written stays, and no more is worked for. A class:
 * thousands of operations that last hold one each.
 */
export class OperationMeter implements CostMeter {
  private calls = 0;
  private cached = 0;
  private readonly counts: Record<Counted, number> = {
    answerValues: 0,
    answerBytes: 0,
    searchedBytes: 0,
    decodedBytes: 0,
  };
  private readonly refusals: Partial<Record<Counted, InputError>> = {};

  constructor(private readonly rules: MeterRules) {}

  /** Who asks may be known later than that somebody asks. */
  get client(): string {
    return this.rules.client.name;
  }

  /** Bytes of the answer's JSON so far, as they were estimated. */
  get answerBytes(): number {
    return this.counts.answerBytes;
  }

  /** What was spent so far. */
  cost(): Cost {
    const { callBudget: budget, client } = this.rules;
    const remainingCalls = client.remainingCalls?.() ?? null;
    const { calls, cached } = this;
    return { calls, cached, budget, ...(remainingCalls === null ? {} : { remainingCalls }) };
  }

  expectCalls(more: number): void {
    const { callBudget: budget } = this.rules;
    const calls = this.calls + more;
    if (calls <= budget) return;
    const need =
      more > 1 ? `at least ${calls} upstream calls, more than the ${budget}` : `more than the ${budget} upstream calls`;
    throw new InputError(
      "COST_LIMIT_EXCEEDED",
      `The operation needs ${need} that one operation may make: ask for fewer runs or instances, or leave out output.`,
    );
  }

  spend(): void {
    this.rules.pause();
    this.expectCalls(1);
    this.rules.client.spendCall();
    this.calls += 1;
  }

  addCached(count: number): void {
    this.cached += count;
  }

  addAnswer(values: number, bytes: number): void {
    this.addReading("answerValues", values);
    this.addReading("answerBytes", bytes);
  }

  addReading(limit: Counted, more: number): void {
    this.counts[limit] += more;
    if (this.counts[limit] <= LIMITS[limit]) return;
    const refusal = this.refusals[limit] ?? limitExceeded(limit, this.counts[limit]);
    this.refusals[limit] = refusal;
    throw refusal;
  }

  addForeignId(): void {
    this.rules.client.spendForeignId();
  }
}
