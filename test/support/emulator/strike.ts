import type { Effect } from "../../../src/emulator/faults/index.ts";
import { type Call, type Layer, regionIdOf } from "../../../src/emulator/http/index.ts";
import { createRandom } from "../../../src/emulator/world/index.ts";
import { type FaultRule, toEffect } from "./faults.ts";

/**
 * Faults by rules, with a memory of their own. Of several that strike one call, delays add up and the first other one wins.
 * What is random follows from the seed.
 */
export function createFaults(rules: readonly FaultRule[], seed: number): Layer {
  const random = createRandom(seed);
  const states = rules.map((rule) => ({ rule, effect: toEffect(rule.fault), matched: 0, struck: 0 }));

  function strikes(state: (typeof states)[number], call: Call): boolean {
    const { nth, times = Number.POSITIVE_INFINITY, probability } = state.rule;
    if (!isMeant(state.rule, call)) return false;
    state.matched += 1;
    if (nth !== undefined && state.matched !== nth) return false;
    if (state.struck >= times || (probability !== undefined && random() >= probability)) return false;
    state.struck += 1;
    return true;
  }

  return (next) => (call) => {
    const struck = states.filter((state) => strikes(state, call));
    const delays = struck.filter(({ rule }) => rule.fault.kind === "latency");
    const others = struck.filter(({ rule }) => rule.fault.kind !== "latency");
    const chosen = others.slice(0, 1).concat(delays);
    return chosen.reduce((answer, { effect }): ReturnType<Effect> => effect(answer, call), next(call));
  };
}

function isMeant(rule: FaultRule, call: Call): boolean {
  return (
    (rule.product ?? call.product) === call.product &&
    (rule.action ?? call.action) === call.action &&
    (rule.regionId ?? regionIdOf(call)) === regionIdOf(call)
  );
}
