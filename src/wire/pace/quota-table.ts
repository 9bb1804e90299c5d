import type { Source } from "#domain";

/** Calls a minute of one action, per account and region. */
export interface QuotaEntry {
  readonly callsPerMinute: number;
  /** True if somebody set it: then the upstream's own words may lower it, but not raise it. */
  readonly isCeiling: boolean;
}

/** By product, `SWAS`, or by product and action, `SWAS:ListInstances`; the narrower entry counts. */
export type QuotaTable = Readonly<Record<string, QuotaEntry>>;

/** What an action may be called a minute; without an entry as often as the upstream allows. */
export function findQuota(table: QuotaTable, { provider }: Source, action: string): QuotaEntry {
  return table[`${provider}:${action}`] ?? table[provider] ?? UNLIMITED;
}

const UNLIMITED: QuotaEntry = { callsPerMinute: Number.POSITIVE_INFINITY, isCeiling: false };
