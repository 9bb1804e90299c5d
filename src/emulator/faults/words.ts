import type { Fault, FaultRule } from "./faults.ts";

/** A fault, or one that a whole number is a part of (milliseconds, calls per minute or bytes), with its default. */
type FaultWord = Fault | readonly [amount: number, toFault: (amount: number) => Fault];

// One word for each thing that people want to see their client survive.
const WORDS: Readonly<Record<string, FaultWord>> = {
  throttle: { kind: "error", code: "Throttling.User" },
  quota: [60, (perMinute) => ({ kind: "throttle", perMinute, withHeaders: true })],
  error: { kind: "error", code: "InternalError" },
  unavailable: { kind: "error", code: "ServiceUnavailable" },
  forbidden: { kind: "error", code: "Forbidden.RAM" },
  unsupported: { kind: "error", code: "RegionId.ApiNotSupported" },
  html: { kind: "error", code: "BadGateway", status: 502, form: "html" },
  empty: { kind: "error", code: "ServiceUnavailable", form: "empty" },
  latency: [1_000, (ms) => ({ kind: "latency", ms })],
  "slow-body": [1_000, (ms) => ({ kind: "slow-body", ms })],
  dribble: [100, (everyMs) => ({ kind: "dribble", bytes: 64, everyMs })],
  hang: { kind: "hang" },
  reset: { kind: "reset", where: "before" },
  "reset-body": { kind: "reset", where: "body" },
  redirect: { kind: "redirect", location: "http://127.0.0.1:9/" },
  malformed: { kind: "malformed" },
  truncated: { kind: "truncated" },
  gzip: { kind: "gzip" },
  "gzip-bomb": [100_000_000, (bytes) => ({ kind: "gzip-bomb", bytes })],
  endless: [100_000_000, (bytes) => ({ kind: "endless", bytes })],
};

const REGION = /^[a-z]{2,}(-[a-z0-9]+)+$/;
const SHARE = /^(0?\.\d+|0\.|1\.0*)$/;

/**
 * Reads faults from one line, as `throttle:ecs:0.2,latency:800,hang:swas:DescribeCommandInvocations`: words by commas, each
 * with details by colons in any order. A detail is a product, an action, a region, a share of the calls with a decimal
 * point (0 to 1), or the word's whole number (milliseconds, calls per minute or bytes). Blank text is no fault.
 * @throws Error that names the part that cannot be read and what was expected.
 */
export function parseFaults(text: string, actions: ReadonlySet<string>): readonly FaultRule[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => parseRule(part, actions));
}

function parseRule(part: string, actions: ReadonlySet<string>): FaultRule {
  const [name = "", ...details] = part.split(":").map((piece) => piece.trim());
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (word === undefined) throw unreadable(part, `one of ${Object.keys(WORDS).join(", ")}`);
  const [standard, toFault] = "kind" in word ? [null, () => word] : word;
  let amount = standard ?? 0;
  let rule: Omit<FaultRule, "fault"> = {};
  for (const detail of details) {
    if (detail === "ecs" || detail === "swas") rule = { ...rule, product: detail };
    else if (actions.has(detail)) rule = { ...rule, action: detail };
    else if (SHARE.test(detail)) rule = { ...rule, probability: Number(detail) };
    else if (/^\d{1,9}$/.test(detail) && standard !== null) amount = Number(detail);
    else if (REGION.test(detail)) rule = { ...rule, regionId: detail };
    else
      throw unreadable(part, "a product (ecs, swas), an action, a region, a share from 0.0 to 1.0 or a whole number");
  }
  return { ...rule, fault: toFault(amount) };
}

function unreadable(part: string, expected: string): Error {
  return new Error(`the fault "${part}" cannot be read: expected ${expected}`);
}
