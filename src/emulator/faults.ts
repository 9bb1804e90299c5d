import type { Product } from "./model.ts";
import { createRandom } from "./random.ts";

/** How an error's body is written. */
export type ErrorForm = "asked" | "json" | "xml" | "lower-case" | "html" | "empty";

/** What can go wrong with an answer. */
export type Fault =
  /** An error of the API; status and text follow from the code unless told otherwise. */
  | {
      readonly kind: "error";
      readonly code: string;
      readonly status?: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly form?: ErrorForm;
    }
  /** More calls than this in a minute of the clock, per account, action and region, are answered with `Throttling.User`. */
  | { readonly kind: "throttle"; readonly perMinute: number; readonly withHeaders?: boolean }
  /** The whole answer comes later; goes together with other faults. */
  | { readonly kind: "latency"; readonly ms: number }
  /** The headers come at once, the body later. */
  | { readonly kind: "slow-body"; readonly ms: number }
  /** The body comes in pieces of so many bytes, one every so many milliseconds. */
  | { readonly kind: "dribble"; readonly bytes: number; readonly everyMs: number }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** The connection breaks: without a byte, or in the middle of the body. */
  | { readonly kind: "reset"; readonly where: "before" | "body" }
  | { readonly kind: "redirect"; readonly location: string; readonly status?: number }
  /** A small gzip body that inflates to so many bytes. */
  | { readonly kind: "gzip-bomb"; readonly bytes: number }
  /** A body that goes on up to so many bytes. */
  | { readonly kind: "endless"; readonly bytes: number }
  /** The true answer, spoilt on its way. */
  | { readonly kind: "malformed" | "truncated" | "bom" | "gzip" | "empty" }
  | { readonly kind: "content-type"; readonly value: string }
  /** HTTP 200 with an error object. */
  | { readonly kind: "error-in-200"; readonly code: string }
  /** Any answer at all. */
  | {
      readonly kind: "answer";
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
    };

/** Where and how often a fault strikes. Members that are absent match everything. */
export interface FaultRule {
  readonly product?: Product;
  readonly action?: string;
  readonly regionId?: string;
  readonly account?: string;
  /** Of each matching call; always unless told otherwise. */
  readonly probability?: number;
  /** Only the matching call of this number, counted from 1. */
  readonly nth?: number;
  /** Only so many matching calls; then the rule is spent. */
  readonly times?: number;
  readonly fault: Fault;
}

/** A call as rules see it. */
export interface FaultedCall {
  readonly product: Product;
  readonly action: string;
  readonly regionId: string | null;
  readonly account: string;
}

/** What strikes one call: any delay, and at most one fault more. */
export interface Strike {
  readonly latencyMs: number;
  readonly fault: Exclude<Fault, { kind: "latency" | "throttle" }> | null;
}

/** Rules with their memory. */
export interface Faults {
  /** Asked once per call, in the order in which calls come. */
  strike(call: FaultedCall): Strike;
}

/** Rules in their order: of several that match, delays add up and the first other fault wins. */
export function createFaults(rules: readonly FaultRule[], now: () => number, seed = 1): Faults {
  const random = createRandom(seed);
  const counts = rules.map(() => ({ matched: 0, struck: 0 }));
  const quota = new Map<string, { minute: number; used: number }>();

  function strikes(rule: FaultRule, index: number): boolean {
    const count = counts[index];
    if (count === undefined) return false;
    count.matched += 1;
    const isDue =
      (rule.nth === undefined || count.matched === rule.nth) &&
      count.struck < (rule.times ?? Number.POSITIVE_INFINITY) &&
      (rule.probability === undefined || random() < rule.probability);
    if (isDue) count.struck += 1;
    return isDue;
  }

  function throttled(call: FaultedCall, rule: Extract<Fault, { kind: "throttle" }>): Strike["fault"] {
    const key = `${call.account} ${call.product} ${call.action} ${call.regionId}`;
    const minute = Math.floor(now() / 60_000);
    const used = quota.get(key)?.minute === minute ? (quota.get(key)?.used ?? 0) + 1 : 1;
    quota.set(key, { minute, used });
    if (used <= rule.perMinute) return null;
    const leftMs = (minute + 1) * 60_000 - now();
    const header = `Limit:${rule.perMinute},Remain:0,TimeLeft:${leftMs},Reset:${minute + 1}`;
    const headers = rule.withHeaders ? { "x-ratelimit-user-api": header } : {};
    return { kind: "error", code: "Throttling.User", headers };
  }

  return {
    strike(call) {
      let latencyMs = 0;
      let fault: Strike["fault"] = null;
      for (const [index, rule] of rules.entries()) {
        if (!isMeant(rule, call) || !strikes(rule, index)) continue;
        if (rule.fault.kind === "latency") latencyMs += rule.fault.ms;
        else fault ??= rule.fault.kind === "throttle" ? throttled(call, rule.fault) : rule.fault;
      }
      return { latencyMs, fault };
    },
  };
}

function isMeant(rule: FaultRule, call: FaultedCall): boolean {
  return (
    (rule.product ?? call.product) === call.product &&
    (rule.action ?? call.action) === call.action &&
    (rule.regionId ?? call.regionId) === call.regionId &&
    (rule.account ?? call.account) === call.account
  );
}
