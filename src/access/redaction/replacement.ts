import type { Pattern, PatternMatch } from "../patterns/index.ts";

/** What a match is replaced with. */
export type Replacement = (match: PatternMatch) => string;

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
