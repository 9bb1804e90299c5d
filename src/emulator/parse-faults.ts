import { ACTIONS } from "./actions.ts";
import type { Fault, FaultRule } from "./faults.ts";

interface FaultWord {
  /** What the whole number behind the word means, with its default; null where none is taken. */
  readonly amount: number | null;
  readonly toFault: (amount: number) => Fault;
}

// One word for each thing that people want to see their client survive.
const WORDS: Readonly<Record<string, FaultWord>> = {
  throttle: { amount: null, toFault: () => ({ kind: "error", code: "Throttling.User" }) },
  quota: { amount: 60, toFault: (perMinute) => ({ kind: "throttle", perMinute, withHeaders: true }) },
  error: { amount: null, toFault: () => ({ kind: "error", code: "InternalError" }) },
  unavailable: { amount: null, toFault: () => ({ kind: "error", code: "ServiceUnavailable" }) },
  forbidden: { amount: null, toFault: () => ({ kind: "error", code: "Forbidden.RAM" }) },
  unsupported: { amount: null, toFault: () => ({ kind: "error", code: "RegionId.ApiNotSupported" }) },
  html: { amount: null, toFault: () => ({ kind: "error", code: "BadGateway", status: 502, form: "html" }) },
  empty: { amount: null, toFault: () => ({ kind: "error", code: "ServiceUnavailable", form: "empty" }) },
  latency: { amount: 1_000, toFault: (ms) => ({ kind: "latency", ms }) },
  "slow-body": { amount: 1_000, toFault: (ms) => ({ kind: "slow-body", ms }) },
  dribble: { amount: 100, toFault: (everyMs) => ({ kind: "dribble", bytes: 64, everyMs }) },
  hang: { amount: null, toFault: () => ({ kind: "hang" }) },
  reset: { amount: null, toFault: () => ({ kind: "reset", where: "before" }) },
  "reset-body": { amount: null, toFault: () => ({ kind: "reset", where: "body" }) },
  redirect: { amount: null, toFault: () => ({ kind: "redirect", location: "http://127.0.0.1:9/" }) },
  malformed: { amount: null, toFault: () => ({ kind: "malformed" }) },
  truncated: { amount: null, toFault: () => ({ kind: "truncated" }) },
  gzip: { amount: null, toFault: () => ({ kind: "gzip" }) },
  "gzip-bomb": { amount: 100_000_000, toFault: (bytes) => ({ kind: "gzip-bomb", bytes }) },
  endless: { amount: 100_000_000, toFault: (bytes) => ({ kind: "endless", bytes }) },
};

const KNOWN_ACTIONS: ReadonlySet<string> = new Set(Object.values(ACTIONS).flatMap((actions) => Object.keys(actions)));
const REGION = /^[a-z]{2,}(-[a-z0-9]+)+$/;

/**
 * Reads faults from one line, as `throttle:ecs:0.2,latency:800,hang:swas:DescribeCommandInvocations`: words by commas, each
 * with details by colons in any order. A detail is a product, an action, a region, a share of the calls with a decimal
 * point (0 to 1), or the word's whole number (milliseconds, calls per minute or bytes). Blank text is no fault.
 * @throws Error that names the part that cannot be read and what was expected.
 */
export function parseEmulatorFaults(text: string): readonly FaultRule[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(parseRule);
}

function parseRule(part: string): FaultRule {
  const [name = "", ...details] = part.split(":").map((piece) => piece.trim());
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (word === undefined) throw unreadable(part, `one of ${Object.keys(WORDS).join(", ")}`);
  let rule: Omit<FaultRule, "fault"> = {};
  let amount = word.amount ?? 0;
  for (const detail of details) {
    if (detail === "ecs" || detail === "swas") rule = { ...rule, product: detail };
    else if (KNOWN_ACTIONS.has(detail)) rule = { ...rule, action: detail };
    else if (/^(0?\.\d+|[01]\.\d*)$/.test(detail) && Number(detail) <= 1)
      rule = { ...rule, probability: Number(detail) };
    else if (/^\d{1,9}$/.test(detail) && word.amount !== null) amount = Number(detail);
    else if (REGION.test(detail)) rule = { ...rule, regionId: detail };
    else
      throw unreadable(part, "a product (ecs, swas), an action, a region, a share from 0.0 to 1.0 or a whole number");
  }
  return { ...rule, fault: word.toFault(amount) };
}

function unreadable(part: string, expected: string): Error {
  return new Error(`the fault "${part}" cannot be read: expected ${expected}`);
}
