import { type Call, regionIdOf } from "../http/index.ts";
import { createRandom } from "../world/index.ts";
import type { Damage, Fault, FaultRule } from "./faults.ts";

/** What strikes one call: any delay, and at most one damage. */
export interface Strike {
  readonly latencyMs: number;
  readonly damage: Damage | null;
}

const MINUTE = 60_000;

/**
 * Says of each call, in the order in which they come, what strikes it: of several rules that match, delays add up and the
 * first other fault wins.
 */
export function createStriker(rules: readonly FaultRule[], seed: number): (call: Call) => Strike {
  const random = createRandom(seed);
  const states = rules.map((rule) => ({ rule, matched: 0, struck: 0 }));
  const throttle = createThrottle();

  function isDue(state: (typeof states)[number], call: Call): boolean {
    const { nth, times = Number.POSITIVE_INFINITY, probability } = state.rule;
    if (!isMeant(state.rule, call)) return false;
    state.matched += 1;
    if (nth !== undefined && state.matched !== nth) return false;
    if (state.struck >= times || (probability !== undefined && random() >= probability)) return false;
    state.struck += 1;
    return true;
  }

  return (call) => {
    let strike: Strike = { latencyMs: 0, damage: null };
    for (const state of states) {
      if (!isDue(state, call)) continue;
      const { fault } = state.rule;
      if (fault.kind === "latency") strike = { ...strike, latencyMs: strike.latencyMs + fault.ms };
      else strike = { ...strike, damage: strike.damage ?? (fault.kind === "throttle" ? throttle(call, fault) : fault) };
    }
    return strike;
  };
}

function createThrottle() {
  const quota = new Map<string, { readonly minute: number; readonly used: number }>();
  return (call: Call, { perMinute, withHeaders }: Extract<Fault, { kind: "throttle" }>): Damage | null => {
    const name = `${call.key.accessKeyId} ${call.product} ${call.action} ${regionIdOf(call)}`;
    const minute = Math.floor(call.at / MINUTE);
    const known = quota.get(name);
    const used = known?.minute === minute ? known.used + 1 : 1;
    quota.set(name, { minute, used });
    if (used <= perMinute) return null;
    const leftMs = (minute + 1) * MINUTE - call.at;
    const header = `Limit:${perMinute},Remain:0,TimeLeft:${leftMs},Reset:${minute + 1}`;
    return { kind: "error", code: "Throttling.User", headers: withHeaders ? { "x-ratelimit-user-api": header } : {} };
  };
}

function isMeant(rule: FaultRule, call: Call): boolean {
  return (
    (rule.product ?? call.product) === call.product &&
    (rule.action ?? call.action) === call.action &&
    (rule.regionId ?? regionIdOf(call)) === regionIdOf(call)
  );
}
