import { createHash } from "node:crypto";
import type { z } from "zod";
import { type LimitTable, NO_LIMITS } from "../limits/index.ts";
import { type AccessFile, AccessFileError, type KnownAccount } from "./access-file.ts";
import { checkReferences, checkWays, findDoubts, readRules } from "./checks.ts";
import type { Fault } from "./fault.ts";
import { readLegible } from "./legible.ts";
import { type AccessFileText, accessFileShape } from "./shape.ts";
import { readSourceText, type SourceText } from "./source-text.ts";

// A fault that repeats in every member helps nobody to find the others.
const MAX_PROBLEMS = 50;

/**
 * Reads an access file, YAML or JSON.
 * @param accounts those that the gateway knows.
 * @throws AccessFileError that names every fault at once. Hashes of keys never appear in it.
 */
export function readAccessFile(
  text: string,
  fileName: string,
  { accounts }: { readonly accounts: readonly KnownAccount[] },
): AccessFile {
  const problems: string[] = [];
  const end = () => new AccessFileError(fileName, problems.slice(0, MAX_PROBLEMS));
  const source = readSourceText(text, fileName, (place) => place.at(-1) === "sha256");
  problems.push(...source.problems);
  if (problems.length > 0) throw end();
  const parsed = accessFileShape.safeParse(source.content ?? {}, { reportInput: false });
  const shapeFaults = parsed.success ? checkWays(parsed.data) : parsed.error.issues.flatMap(toFaults);
  const file = parsed.success ? parsed.data : readLegible(source.content);
  const { rules, faults: ruleFaults } = readRules(file.redact);
  const others = [...checkReferences(file, accounts), ...ruleFaults].filter(
    (one) => parsed.success || !shapeFaults.some(isWithin(one)),
  );
  problems.push(...[...shapeFaults, ...others].map(source.describe));
  if (!parsed.success || problems.length > 0) throw end();
  const doubts = findDoubts(parsed.data, accounts).map(source.describe);
  return { ...toAccessFile(parsed.data, rules, text, source.whereIs), doubts };
}

/** What is wrong with a part already explains what is wrong within it. */
function isWithin({ place }: Fault): (outer: Fault) => boolean {
  return (outer) => outer.place.every((step, at) => step === place[at]);
}

function toAccessFile(
  file: AccessFileText,
  redact: AccessFile["redact"],
  text: string,
  whereIs: SourceText["whereIs"],
): Omit<AccessFile, "doubts"> {
  return {
    version: createHash("sha256").update(text).digest("base64url"),
    oidc: file.oidc.map((one, index) => ({ ...one, writtenAt: whereIs(["oidc", index, "issuer"]) })),
    proxy: file.proxy,
    keys: file.keys.map(({ expires, ...key }) => ({ ...key, expiresAt: expires })),
    roles: new Map(Object.entries(file.roles)),
    everyone: file.everyone,
    redact,
    limits: toLimits(file.limits),
  };
}

function toLimits(limits: AccessFileText["limits"]): LimitTable {
  const fallback = { ...NO_LIMITS, ...limits.default };
  const named = Object.entries(limits).filter(([name]) => name !== "default");
  return { default: fallback, byName: new Map(named.map(([name, own]) => [name, { ...fallback, ...own }])) };
}

function toFaults(issue: z.core.$ZodIssue): Fault[] {
  const place = issue.path.filter((step) => typeof step !== "symbol");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ place: [...place, key], expected: "a known key", got: "this one" }));
    case "invalid_key":
      return [{ place, expected: "a name of at most 100 characters", got: "this one" }];
    case "invalid_union": {
      // The branch that came furthest says most.
      const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
      const inner = deepest !== undefined && deepest.path.length > 0 ? deepest : { ...issue, path: [] };
      return [{ place: [...place, ...inner.path.filter((step) => typeof step !== "symbol")], expected: inner.message }];
    }
    case "invalid_type":
      return [
        {
          place,
          expected: /^Invalid/.test(issue.message)
            ? `a ${issue.expected === "object" ? "map" : issue.expected}`
            : issue.message,
        },
      ];
    default:
      return [{ place, expected: issue.message }];
  }
}
