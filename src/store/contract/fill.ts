import { isDeepStrictEqual } from "node:util";
import type { ReadFrom } from "#domain";

/** The record with the hash of the rules of what was told: texts carry the hash of the rules that hid what was in them. */
export function withRulesOf<Redacted extends { readonly redactedBy?: string }>(
  told: Pick<Redacted, "redactedBy">,
  merged: Redacted,
): Redacted {
  const { redactedBy: _rules, ...rest } = merged;
  return (told.redactedBy === undefined ? rest : { ...rest, redactedBy: told.redactedBy }) as Redacted;
}

/** What was told under different rules is gone over once more. */
export const NO_RULES: { readonly redactedBy?: string } = {};

/** The newer record; what one call does not tell of it is null in it, and the other call's word stands. */
export function fill<Record extends object>(newer: Record, older: Record, isSameState = false): Record {
  const filled: Record = { ...newer };
  for (const name of Object.keys(older) as (keyof Record)[]) {
    if (!isSameState && LATEST.has(name as string)) continue;
    if (filled[name] === null || filled[name] === undefined) filled[name] = older[name];
  }
  return filled;
}

// Of these null says something: no error, no end, no exit code yet.
const LATEST: ReadonlySet<string> = new Set([
  "status",
  "rawStatus",
  "exitCode",
  "error",
  "startTime",
  "finishTime",
  "stopTime",
  "output",
]);

/** True if a later answer told the same. That is no change: it would wake everybody who watches, and be written. */
export function tellsSame<Record extends { readonly readFrom?: ReadFrom | null }>(
  merged: Record,
  known: Record,
): boolean {
  const { readFrom } = known;
  return isDeepStrictEqual(readFrom == null ? merged : { ...merged, readFrom }, known);
}
