import { PROVIDERS, type Provider } from "#domain";
import { compileGlob, compilePattern, isGlob, PatternError } from "../patterns/index.ts";
import { compileReplacement, DEFAULT_REPLACEMENT, type RedactionRule } from "../redaction/index.ts";
import type { KnownAccount } from "./access-file.ts";
import type { Fault } from "./fault.ts";
import type { Referring, ReferringSource, WrittenRule } from "./legible.ts";
import type { AccessFileText } from "./shape.ts";

/** What the file names and nobody knows: roles, accounts, keys that stand twice. */
export function checkReferences(file: Referring, accounts: readonly KnownAccount[]): Fault[] {
  return [
    ...file.everyone.flatMap((role, index) => checkRole(file, role, ["everyone", index])),
    ...file.keys.flatMap(({ roles }, key) =>
      roles.flatMap((role, index) => checkRole(file, role, ["keys", key, "roles", index])),
    ),
    ...checkSources(file, accounts).faults,
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

/** What the sources of the roles name and the gateway does not read: accounts that it has not, and what is merely not read of others. */
function checkSources({ roles }: Pick<Referring, "roles">, accounts: readonly KnownAccount[]) {
  const all = Object.entries(roles).flatMap(([name, { sources }]) =>
    sources.flatMap((source, index) =>
      findStrangers(source, accounts).map(([within, expected]) => ({
        place: ["roles", name, "sources", index, ...within],
        expected,
        isAccount: within[0] === "account",
      })),
    ),
  );
  const pick = (isAccount: boolean): Fault[] =>
    all.filter((one) => one.isAccount === isAccount).map(({ place, expected }) => ({ place, expected }));
  // Gateways that read other products or regions of an account may share the file.
  return { faults: pick(true), doubts: pick(false) };
}

/** What a rule names and the gateway does not read: where it stands in the rule, and what was expected. */
function findStrangers(
  { account, provider, regions }: ReferringSource,
  accounts: readonly KnownAccount[],
): readonly (readonly [Fault["place"], string])[] {
  const meant = accounts.filter(({ alias }) => account === null || compileGlob(account).matches(alias));
  if (account !== null && meant.length === 0) {
    const known = accounts.map(({ alias }) => alias).join(", ") || "none is there";
    const what = isGlob(account) ? "a pattern that fits an account" : "an account";
    return [[["account"], `${what} of the gateway (${known})`]];
  }
  const readOf = (one: Provider) =>
    meant.flatMap((known) => known[`${one.toLowerCase() as Lowercase<Provider>}Regions`]);
  const read = new Set(PROVIDERS.filter((one) => provider === null || provider === one).flatMap(readOf));
  if (provider !== null && read.size === 0) {
    const known = PROVIDERS.filter((one) => readOf(one).length > 0).join(", ");
    return [[["provider"], `a product that is read there (${known})`]];
  }
  return (regions ?? []).flatMap((region, index) => {
    if (read.has("all") || [...read].some((id) => compileGlob(region).matches(id))) return [];
    const what = isGlob(region) ? "a pattern that fits a region" : "a region";
    return [[["regions", index], `${what} that is read there (${[...read].join(", ")})`] as const];
  });
}

/** What of a file that can be used gives nothing. */
export function findDoubts(file: AccessFileText, accounts: readonly KnownAccount[]): Fault[] {
  const { roles, everyone, keys } = file;
  const givesRuns = (name: string) => roles[name]?.may.includes("runs") === true;
  const bare = Object.entries(roles).filter(([name]) => ![name, ...everyone].some(givesRuns));
  return [
    ...checkSources(file, accounts).doubts,
    ...bare.map(([name, { may }]) => ({
      place: ["roles", name, "may"],
      expected: "runs beside them, since the other kinds give nothing without it",
      got: `${may.join(", ")} alone`,
    })),
    ...keys.flatMap((key, index) => {
      if (key.roles.length + everyone.length > 0) return [];
      return [{ place: ["keys", index, "roles"], expected: "a role, since nobody is let in without one" }];
    }),
  ];
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
