import { ACTION_NAMES } from "../api/index.ts";
import { type Call, type Layer, regionIdOf } from "../http/index.ts";
import { createRandom } from "../world/index.ts";
import * as effects from "./effects.ts";

/** An effect, or one that a whole number is a part of (milliseconds, calls per minute or bytes), with its default. */
type Word = effects.Effect | readonly [amount: number, toEffect: (amount: number) => effects.Effect];

// One word for each thing that people want to see their client survive.
const WORDS: Readonly<Record<string, Word>> = {
  throttle: effects.failing("Throttling.User"),
  quota: [60, effects.throttling],
  error: effects.failing("InternalError"),
  unavailable: effects.failing("ServiceUnavailable"),
  forbidden: effects.failing("Forbidden.RAM"),
  unsupported: effects.failing("RegionId.ApiNotSupported"),
  html: effects.webPage(502),
  empty: effects.bare(503),
  latency: [1_000, effects.late],
  "slow-body": [1_000, effects.slowBody],
  dribble: [100, (everyMs) => effects.dribbling(64, everyMs)],
  hang: effects.hanging,
  reset: effects.broken,
  "reset-body": effects.brokenInBody,
  redirect: effects.bare(302, { location: "http://127.0.0.1:9/" }),
  malformed: effects.malformed,
  truncated: effects.truncated,
  gzip: effects.zipped(),
  "gzip-bomb": [100_000_000, effects.zipped],
  endless: [100_000_000, effects.endless],
};

const REGION = /^[a-z]{2,}(-[a-z0-9]+)+$/;
const SHARE = /^(0?\.\d+|0\.|1\.0*)$/;

/** Which calls a fault strikes; what is null does not matter. */
interface Rule {
  readonly product: string | null;
  readonly action: string | null;
  readonly regionId: string | null;
  readonly share: number;
  readonly effect: effects.Effect;
}

/**
 * Faults from one line, as `throttle:ecs:0.2,latency:800,hang:swas:DescribeCommandInvocations`: words by commas, each
 * with details by colons in any order. A detail is a product, an action, a region, a share of the calls with a decimal
 * point (0 to 1), or the word's whole number (milliseconds, calls per minute or bytes). Blank text is no fault. If several
 * strike one call, the first decides what is answered. What is random follows from the seed.
 * @throws Error that names the part that cannot be read and what was expected.
 */
export function createFaults(text: string, seed = 1): Layer {
  const parts = text.split(",").map((part) => part.trim());
  const rules = parts.filter((part) => part !== "").map(parseRule);
  const random = createRandom(seed);
  return (next) => (call) =>
    rules.reduceRight(
      (answer, rule) => (isMeant(rule, call) && random() < rule.share ? rule.effect(answer, call) : answer),
      next(call),
    );
}

function isMeant({ product, action, regionId }: Rule, call: Call): boolean {
  return (
    (product ?? call.product) === call.product &&
    (action ?? call.action) === call.action &&
    (regionId ?? regionIdOf(call)) === regionIdOf(call)
  );
}

function parseRule(part: string): Rule {
  const [name = "", ...details] = part.split(":").map((piece) => piece.trim());
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (word === undefined) throw unreadable(part, `one of ${Object.keys(WORDS).join(", ")}`);
  const [standard, toEffect] = typeof word === "function" ? [null, () => word] : word;
  let amount = standard ?? 0;
  let rule: Omit<Rule, "effect"> = { product: null, action: null, regionId: null, share: 1 };
  for (const detail of details) {
    if (detail === "ecs" || detail === "swas") rule = { ...rule, product: detail };
    else if (ACTION_NAMES.has(detail)) rule = { ...rule, action: detail };
    else if (SHARE.test(detail)) rule = { ...rule, share: Number(detail) };
    else if (/^\d{1,9}$/.test(detail) && standard !== null) amount = Number(detail);
    else if (REGION.test(detail)) rule = { ...rule, regionId: detail };
    else
      throw unreadable(part, "a product (ecs, swas), an action, a region, a share from 0.0 to 1.0 or a whole number");
  }
  return { ...rule, effect: toEffect(amount) };
}

function unreadable(part: string, expected: string): Error {
  return new Error(`the fault "${part}" cannot be read: expected ${expected}`);
}
