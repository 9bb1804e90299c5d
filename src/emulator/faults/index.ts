/** What can go wrong between an answer and who asked for it. */
import type { Layer } from "../http/index.ts";
import { delay, spoil } from "./effects.ts";
import type { FaultRule } from "./faults.ts";
import { createStriker } from "./strike.ts";

export type { ErrorForm, Fault, FaultRule } from "./faults.ts";
export { parseFaults } from "./words.ts";

/** Faults by rules, with a memory of their own. What is random follows from the seed. */
export function createFaults(rules: readonly FaultRule[], seed = 1): Layer {
  const strikeOf = createStriker(rules, seed);
  return (next) => (call) => {
    const { latencyMs, damage } = strikeOf(call);
    const answer = next(call);
    return delay(damage === null ? answer : spoil(answer, damage, call), latencyMs);
  };
}
