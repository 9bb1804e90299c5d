import { compileGlob, compilePattern, isGlob, PatternError } from "../patterns/index.ts";
import { compileReplacement, DEFAULT_REPLACEMENT, type RedactionRule } from "../redaction/index.ts";
import type { Fault } from "./fault.ts";
import type { Referring, WrittenRule } from "./legible.ts";
import type { AccessFileText } from "./shape.ts";

/** What the file names and nobody knows: roles, accounts, keys that stand twice. */
export function checkReferences(file: Referring, accounts: readonly string[]): Fault[] {
  return [
    ...file.everyone.flatMap((role, index) => checkRole(file, role, ["everyone", index])),
    ...file.keys.flatMap(({ roles }, key) =>
      roles.flatMap((role, index) => checkRole(file, role, ["keys", key, "roles", index])),
    ),
    ...checkAccounts(file, accounts),
    ...findRepeated(file.keys.map(({ name }) => name)).map(([index, first]) =>
      repeated(["keys", index, "name"], first),
    ),
    ...findRepeated(file.keys.map(({ sha256 }) => sha256)).map(([index, first]) =>
      repeated(["keys", index, "sha256"], first),
    ),
  ];
}

function checkRole({ roles }: Referring, role: string, place: Fault["place"]): Fault[] {
  if (Object.hasOwn(roles, role)) return [];
  const known = Object.keys(roles).join(", ") || "none is there";
  return [{ place, expected: `a role of this file (${known})` }];
}

function checkAccounts({ roles }: Referring, accounts: readonly string[]): Fault[] {
  return Object.entries(roles).flatMap(([name, { sources }]) =>
    sources.flatMap(({ account }, index) => {
      if (account === null || accounts.some((alias) => compileGlob(account).matches(alias))) return [];
      const expected = isGlob(account) ? "a pattern that fits an account" : "an account";
      const place = ["roles", name, "sources", index, "account"];
      return [{ place, expected: `${expected} of the gateway (${accounts.join(", ") || "none is there"})` }];
    }),
  );
}

function findRepeated(values: readonly string[]): (readonly [index: number, first: number])[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    return first < index ? [[index, first] as const] : [];
  });
}

function repeated(place: Fault["place"], first: number): Fault {
  return { place, expected: "one that no other key has", got: `that of keys[${first}]` };
}

/** A file that knows nobody would lock everybody out, which is a slip rather than a wish. */
export function checkWays({ oidc, proxy, keys }: AccessFileText): Fault[] {
  if (oidc.length > 0 || proxy !== null || keys.length > 0) return [];
  return [{ place: [], expected: "at least one of oidc, proxy and keys", got: "none" }];
}

/** Redaction rules, each compiled once to see that it can be. */
export function readRules(written: readonly WrittenRule[]): {
  readonly rules: readonly RedactionRule[];
  readonly faults: readonly Fault[];
} {
  const rules: RedactionRule[] = [];
  const faults: Fault[] = [];
  for (const [index, { pattern, parameter, replaceWith = DEFAULT_REPLACEMENT }] of written.entries()) {
    if (pattern !== undefined && parameter === undefined) {
      rules.push({ pattern, replaceWith });
      faults.push(...checkPattern(pattern, replaceWith, ["redact", index]));
    } else if (parameter !== undefined && pattern === undefined) rules.push({ parameter, replaceWith });
    else
      faults.push({
        place: ["redact", index],
        expected: "either pattern or parameter",
        got: pattern ? "both" : "neither",
      });
  }
  return { rules, faults };
}

function checkPattern(source: string, replaceWith: string, place: Fault["place"]): Fault[] {
  const at = [...place, "pattern"];
  try {
    const pattern = compilePattern(source);
    if (pattern.test("")) return [{ place: at, expected: "a pattern that does not match the empty text" }];
    const replacement = compileReplacement(replaceWith, pattern);
    if (typeof replacement === "function") return [];
    return [
      {
        place: [...place, "replaceWith"],
        expected: `references to groups only ($$ is a dollar); ${replacement.problem}`,
      },
    ];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const what = error.problem === "cost" ? "a cheaper pattern" : "a regular expression in RE2's syntax";
    return [{ place: at, expected: `${what} (${error.message})` }];
  }
}
