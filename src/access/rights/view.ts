import { createHash } from "node:crypto";

import { type Provider, type Source, sourceKey } from "#domain";
import { compileGlob, type Glob } from "../patterns/index.ts";

/** What a caller may see. What no role gives is denied. Pure: the same source always has the same rights. */
export interface View {
  /** True if the source exists for the caller. One that does not is neither listed nor named, and nothing in it is found. */
  maySee(source: Source): boolean;
  rightsFor(source: Source): SourceRights;
  /** Equal exactly when the same roles give the same, also in a file that was read again: what went by other rights does not go on. */
  readonly key: string;
}

/** Rights in one source. */
export interface SourceRights {
  /** What holds for every run there, and for what belongs to no run, as servers. */
  readonly always: Kinds;
  /** What holds for at least one run there: decides what is worth loading. */
  readonly possible: Kinds;
  /**
   * True if runs have to be looked at one by one. What counts without reading them, as the upstream's totals, must
   * not be shown then.
   */
  readonly dependsOnCommandName: boolean;
  /** What holds for a run by its command's name. Null or undefined, which stand for an unknown name, fit no pattern. */
  forCommand(name: string | null | undefined): Kinds;
}

interface CompiledRole {
  readonly may: readonly Kind[];
  readonly names: readonly Glob[] | null;
  covers(source: Source): boolean;
}

// More sources than any fleet has; ids of invented regions must not fill the memory.
const MAX_CACHED_SOURCES = 2000;

/** The union of these roles. Each role's kinds hold for that role's own sources and commands only. */
export function createView(roles: ReadonlyMap<string, Role>): View {
  const compiled = [...roles.values()].map(compileRole);
  const bySource = new Map<string, SourceRights>();
  const rightsFor = (source: Source): SourceRights => {
    const key = sourceKey(source);
    const known = bySource.get(key);
    if (known !== undefined) return known;
    const rights = createSourceRights(compiled.filter((role) => role.covers(source)));
    if (bySource.size >= MAX_CACHED_SOURCES) bySource.clear();
    bySource.set(key, rights);
    return rights;
  };
  return {
    key: createHash("sha256")
      .update(JSON.stringify([...roles]))
      .digest("base64url")
      .slice(0, 16),
    maySee: (source) => rightsFor(source).possible.runs,
    rightsFor,
  };
}

/** Everything, for everybody: the view without an access file. */
export function createOpenView(): View {
  const rights = uniform(ALL_KINDS);
  return { key: "open", maySee: () => true, rightsFor: () => rights };
}

function createSourceRights(roles: readonly CompiledRole[]): SourceRights {
  const everywhere = roles.filter((role) => role.names === null);
  const always = joinKinds(everywhere.flatMap((role) => role.may));
  const possible = joinKinds(roles.flatMap((role) => role.may));
  if (everywhere.length === roles.length) return uniform(always);
  return {
    always,
    possible,
    dependsOnCommandName: true,
    forCommand(name) {
      const given = new Set<Kind>();
      // A caller may have hundreds of roles, and a page thousands of names: whatever can give no more is not matched.
      for (const role of roles) {
        if (!role.may.every((kind) => given.has(kind)) && fits(role, name))
          for (const kind of role.may) given.add(kind);
      }
      return joinKinds(given);
    },
  };
}

function uniform(kinds: Kinds): SourceRights {
  return {
    always: kinds,
    possible: kinds,
    dependsOnCommandName: false,
    forCommand: () => kinds,
  };
}

function fits({ names }: CompiledRole, name: string | null | undefined): boolean {
  if (names === null) return true;
  return typeof name === "string" && names.some((glob) => glob.matches(name));
}

// Hundreds of callers have hundreds of roles each, of one file.
const compiledRoles = new WeakMap<Role, CompiledRole>();

function compileRole(role: Role): CompiledRole {
  const known = compiledRoles.get(role);
  if (known !== undefined) return known;
  const rules = role.sources.map(compileRule);
  const compiled = {
    may: role.may,
    names: role.commandNames?.map((pattern) => compileGlob(pattern)) ?? null,
    covers: (source: Source) => rules.some((covers) => covers(source)),
  };
  compiledRoles.set(role, compiled);
  return compiled;
}

function compileRule({ account, provider, regions }: SourceRule): (source: Source) => boolean {
  const accountGlob = account === null ? null : compileGlob(account);
  const regionGlobs = regions?.map((region) => compileGlob(region)) ?? null;
  return (source) =>
    (provider === null || provider === source.provider) &&
    (accountGlob === null || accountGlob.matches(source.account)) &&
    (regionGlobs === null || regionGlobs.some((glob) => glob.matches(source.regionId)));
}

/** Every kind, the most harmless first. */
export const KINDS = ["runs", "commands", "outputs"] as const;

/** What a right gives: that runs exist and how they ended, what they executed, what they printed. */
export type Kind = (typeof KINDS)[number];

/** Which kinds a caller has at some place. Without `runs` there is no other. */
export type Kinds = Readonly<Record<Kind, boolean>>;

/** No right. */
export const NO_KINDS: Kinds = Object.freeze({ runs: false, commands: false, outputs: false });

/** Every right. */
export const ALL_KINDS: Kinds = Object.freeze({ runs: true, commands: true, outputs: true });

/** The union of what several roles give; nothing if none of them gives `runs`, since the rest hangs on a run. */
export function joinKinds(given: Iterable<Kind>): Kinds {
  const kinds = new Set(given);
  if (!kinds.has("runs")) return NO_KINDS;
  return Object.freeze({ runs: true, commands: kinds.has("commands"), outputs: kinds.has("outputs") });
}

/** A role of the access file: kinds of right, for its own sources only. */
export interface Role {
  readonly may: readonly Kind[];
  /** A source belongs to the role if any of these fits. */
  readonly sources: readonly SourceRule[];
  /** Name patterns: the role holds only for runs whose command has such a name. Null: for every run. */
  readonly commandNames: readonly string[] | null;
}

/** Which sources are meant; null stands for every one. */
interface SourceRule {
  /** Alias of an account, or a name pattern. */
  readonly account: string | null;
  readonly provider: Provider | null;
  /** Region ids or name patterns. */
  readonly regions: readonly string[] | null;
}

/** Who asks. */
export interface Caller {
  /** Unique among all callers, whichever way they are known: limits are counted by it. */
  readonly id: string;
  /** For people: `viewer`, the audit and logs. Not unique. */
  readonly name: string;
  /** `open`: without an access file nobody is known and everybody may read. */
  readonly knownBy: "oidc" | "key" | "proxy" | "open";
  /** Roles of the access file, those of everyone included, in the file's order. */
  readonly roles: readonly string[];
  readonly view: View;
  /** Epoch milliseconds after which the credential is no longer valid; null if it has no end. */
  readonly expiresAt: number | null;
}
