import type { CostMeter, InputError } from "#domain";
import { LIMITS, limitExceeded } from "../errors/index.ts";

/** What one answer holds and what was read for it. */
export interface AnswerMeter extends Required<Pick<CostMeter, "addAnswer" | "addReading">> {
  /** Bytes of the answer's JSON so far, as they were estimated. */
  readonly answerBytes: number;
}

type Counted = "answerValues" | "answerBytes" | "searchedBytes" | "decodedBytes";

/**
 * Counts what one answer holds and what was read for it. Once a limit is met, everything else that counts towards it is refused
 * as well, with the same error: what has been written stays, and no more is worked for.
 */
export function createAnswerMeter(): AnswerMeter {
  const counts: Record<Counted, number> = { answerValues: 0, answerBytes: 0, searchedBytes: 0, decodedBytes: 0 };
  const refusals = new Map<Counted, InputError>();
  const add = (limit: Counted, more: number) => {
    counts[limit] += more;
    if (counts[limit] <= LIMITS[limit]) return;
    const refusal = refusals.get(limit) ?? limitExceeded(limit, counts[limit]);
    refusals.set(limit, refusal);
    throw refusal;
  };
  return {
    addAnswer(values, bytes) {
      add("answerValues", values);
      add("answerBytes", bytes);
    },
    addReading: add,
    get answerBytes() {
      return counts.answerBytes;
    },
  };
}
