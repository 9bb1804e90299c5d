import { createHash } from "node:crypto";
import { compileGlob, compilePattern, type Glob, type Pattern, type PatternMatch } from "../patterns/index.ts";

/** A value after redaction. */
interface Redacted<Value> {
  readonly value: Value;
  /** True if any rule applied. */
  readonly isRedacted: boolean;
}

/**
 * Replaces secrets. Work is linear in the text, whatever the rules; what comes out is bounded too. A full output takes 0.3 ms
 * if no rule matches, else up to 10 ms: let others run between two outputs.
 */
export interface Redactor {
  /** The same whenever the rules are the same; null without rules. Records carry it, and changed rules apply again. */
  readonly hash: string | null;
  text(text: string): Redacted<string>;
  /** Whole values by the names of the parameters, at any depth; patterns in every text that is left. */
  parameters<Value>(parameters: Value): Redacted<Value>;
}

interface TextRule {
  readonly pattern: Pattern;
  readonly replace: Replacement;
}

interface NameRule {
  readonly glob: Glob;
  readonly replaceWith: string;
}

// Beyond this a rule multiplies rather than hides; the whole text is replaced then.
const MAX_GROWTH = 4;
const SPARE_LENGTH = 1000;
// Deeper than any parameter of the vendor, and far from the end of the stack.
const MAX_DEPTH = 20;

/**
 * Compiles rules.
 * @throws PatternError or TypeError for rules that `readAccessFile` would have refused.
 */
export function createRedactor(rules: readonly RedactionRule[]): Redactor {
  const textRules = rules.flatMap((rule) => ("pattern" in rule ? [compileTextRule(rule)] : []));
  const nameRules = rules.flatMap((rule) =>
    "parameter" in rule
      ? [{ glob: compileGlob(rule.parameter, { ignoreCase: true }), replaceWith: rule.replaceWith }]
      : [],
  );
  const text = (input: string) => redactText(input, textRules);
  return {
    hash: rules.length === 0 ? null : hashRules(rules),
    text,
    parameters: (parameters) => redactParameters(parameters, nameRules, text),
  };
}

/** Raised when rules apply to more texts than before, so that what was kept is gone over once more. */
const REACH = 2;

function hashRules(rules: readonly RedactionRule[]): string {
  return createHash("sha256")
    .update(JSON.stringify([REACH, rules]))
    .digest("base64url")
    .slice(0, 16);
}

function compileTextRule({ pattern: source, replaceWith }: { pattern: string; replaceWith: string }): TextRule {
  const pattern = compilePattern(source);
  const replace = compileReplacement(replaceWith, pattern);
  if (typeof replace !== "function") throw new TypeError(replace.problem);
  return { pattern, replace };
}

function redactText(input: string, rules: readonly TextRule[]): Redacted<string> {
  const limit = input.length * MAX_GROWTH + SPARE_LENGTH;
  let value = input;
  let isRedacted = false;
  for (const rule of rules) {
    // Whether anything matches is found out ten times faster than where.
    if (!rule.pattern.test(value)) continue;
    const replaced = replaceMatches(value, rule, limit);
    if (replaced === null) return { value: DEFAULT_REPLACEMENT, isRedacted: true };
    isRedacted ||= replaced.isRedacted;
    value = replaced.value;
  }
  return { value, isRedacted };
}

/** Null if the result would grow beyond the limit. */
function replaceMatches(input: string, { pattern, replace }: TextRule, limit: number): Redacted<string> | null {
  const parts: string[] = [];
  let length = 0;
  let end = 0;
  for (const match of pattern.matches(input)) {
    const replacement = replace(match);
    length += match.index - end + replacement.length;
    if (length > limit) return null;
    parts.push(input.slice(end, match.index), replacement);
    end = match.index + (match.groups[0] ?? "").length;
  }
  parts.push(input.slice(end));
  return { value: parts.join(""), isRedacted: parts.length > 1 };
}

function redactParameters<Value>(
  parameters: Value,
  nameRules: readonly NameRule[],
  text: Redactor["text"],
): Redacted<Value> {
  let isRedacted = false;
  const hide = (replaceWith: string) => {
    isRedacted = true;
    return replaceWith;
  };
  const visit = (value: unknown, depth: number): unknown => {
    if (depth > MAX_DEPTH) return hide(DEFAULT_REPLACEMENT);
    if (typeof value === "string") {
      const redacted = text(value);
      isRedacted ||= redacted.isRedacted;
      return redacted.value;
    }
    if (Array.isArray(value)) return value.map((member) => visit(member, depth + 1));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visitMember(name, member, depth)]));
  };
  const visitMember = (name: string, member: unknown, depth: number): unknown => {
    const rule = nameRules.find(({ glob }) => glob.matches(name));
    return rule !== undefined && member !== null ? hide(rule.replaceWith) : visit(member, depth + 1);
  };
  const value = visit(parameters, 0) as Value;
  return { value: isRedacted ? value : parameters, isRedacted };
}

/** What is replaced before anything is stored, searched or answered. */
export type RedactionRule =
  /** Every match of a pattern, in outputs, command texts and values of parameters. */
  | { readonly pattern: string; readonly replaceWith: string }
  /** The whole value of every parameter with such a name (`*` and `?`), upper and lower case alike. */
  | { readonly parameter: string; readonly replaceWith: string };

/** What stands for a secret if a rule says nothing else. */
export const DEFAULT_REPLACEMENT = "[redacted]";

/** What a match is replaced with. */
type Replacement = (match: PatternMatch) => string;

const REFERENCE = /\$(?:\$|(\d{1,2})|<([^>]*)>|(.|$))/g;

/**
 * Compiles `$1` to `$99`, `$<name>` and `$$` (a dollar); everything else stands for itself. JavaScript's references to
 * the whole match and to what surrounds it are refused, since they would show what is to be hidden.
 * @returns the replacement, or what is wrong with the text, as a clause.
 */
export function compileReplacement(text: string, pattern: Pattern): Replacement | { readonly problem: string } {
  const parts: Replacement[] = [];
  let end = 0;
  for (const found of text.matchAll(REFERENCE)) {
    const [reference, group, name, other] = found;
    const part = compileReference(group, name, other, pattern);
    if (part === null) return { problem: `${reference} refers to no group of the pattern` };
    const literal = text.slice(end, found.index);
    parts.push(() => literal, part);
    end = found.index + reference.length;
  }
  const rest = text.slice(end);
  return (match) => parts.map((part) => part(match)).join("") + rest;
}

function compileReference(
  group: string | undefined,
  name: string | undefined,
  other: string | undefined,
  pattern: Pattern,
): Replacement | null {
  if (other !== undefined) return null;
  if (name !== undefined) return pattern.groupNames.includes(name) ? ({ named }) => named[name] ?? "" : null;
  if (group === undefined) return () => "$";
  const index = Number(group);
  return index >= 1 && index <= pattern.groupCount ? ({ groups }) => groups[index] ?? "" : null;
}
