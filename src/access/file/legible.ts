import { z } from "zod";

/** What of a file other parts of it refer to. */
export interface Referring {
  readonly everyone: readonly string[];
  readonly keys: readonly { readonly name: string; readonly sha256: string; readonly roles: readonly string[] }[];
  readonly roles: Readonly<Record<string, { readonly sources: readonly ReferringSource[] }>>;
}

/** Which sources a role is for, as it is written. */
export interface ReferringSource {
  readonly account: string | null;
  readonly provider: string | null;
  readonly regions: readonly string[] | null;
}

/** A redaction rule as it is written. */
export interface WrittenRule {
  readonly pattern?: string | undefined;
  readonly parameter?: string | undefined;
  readonly replaceWith?: string | undefined;
}

const list = <Member extends z.ZodType>(member: Member) => z.array(member).catch([]);
const text = z.string().catch("");
const record = z.record(z.string(), z.unknown()).catch({});
const optional = <Part extends z.ZodType>(part: Part) => part.nullable().catch(null).default(null);
const source = z
  .object({ account: optional(z.string()), provider: optional(z.string()), regions: optional(z.array(z.string())) })
  .catch({ account: null, provider: null, regions: null });
const role = z.object({ sources: list(source).default([]) }).catch({ sources: [] });
const noKey = { name: "", sha256: "", roles: [] };
const key = z.object({ name: text.default(""), sha256: text.default(""), roles: list(text).default([]) }).catch(noKey);
const rule = z.object({ pattern: z.string(), parameter: z.string(), replaceWith: z.string() }).partial().catch({});

const legible = z.object({
  everyone: list(text).default([]),
  keys: list(key).default([]),
  roles: record.default({}),
  redact: list(rule).default([]),
});

/**
 * What can be read of a file whose shape is wrong somewhere, each part at its place, so that its other faults can be told at once.
 * What cannot be read is as empty as if it were not there.
 */
export function readLegible(content: unknown): Referring & { readonly redact: readonly WrittenRule[] } {
  const { roles, ...rest } = legible.catch(legible.parse({})).parse(content);
  return { ...rest, roles: Object.fromEntries(Object.entries(roles).map(([name, one]) => [name, role.parse(one)])) };
}
