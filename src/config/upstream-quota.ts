import { PROVIDERS } from "#domain";
import { PRODUCTS } from "./products.ts";

/** Calls a minute of a product, or of one action of it, in each account and region. */
export interface QuotaEntry {
  readonly callsPerMinute: number;
  /** True if it was set; false for a default, which the upstream's own words may raise. */
  readonly isCeiling: boolean;
}

/** By `SWAS`, or `SWAS:ListInstances`. */
export type UpstreamQuota = Readonly<Record<string, QuotaEntry>>;

/** What an entry of the setting looks like. */
export const QUOTA_EXPECTED =
  "a comma list of product=calls or product:Action=calls with calls a minute from 1 to 1000000, such as ecs=300,swas:ListInstances=10";

const ENTRY = /^([a-z]+)(?::([A-Za-z]+))?\s*=\s*(\d{1,7})$/i;

/** What was found in the text: the default with its entries replaced, and one sentence for each entry that cannot be used. */
export function parseQuota(text: string): { readonly quota: UpstreamQuota; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const given = new Map<string, ReadEntry>();
  for (const entry of text.split(",").map((one) => one.trim())) {
    const read = readEntry(entry);
    if (typeof read === "string") problems.push(`${read}, got ${JSON.stringify(entry)}`);
    else if (given.has(read.key)) problems.push(`expected every entry once, got ${JSON.stringify(entry)} again`);
    else given.set(read.key, read);
  }
  return { quota: { ...readDefault(), ...toTable(given.values()) }, problems };
}

/** The figures of the products' own descriptions. */
export function readDefault(): UpstreamQuota {
  const entries = Object.values(PRODUCTS).flatMap(({ description: { provider, callsPerMinute, actions } }) => [
    { key: provider, callsPerMinute, isCeiling: false },
    ...Object.entries(actions).flatMap(([action, { callsPerMinute: own }]) =>
      own === undefined ? [] : [{ key: `${provider}:${action}`, callsPerMinute: own, isCeiling: false }],
    ),
  ]);
  return toTable(entries);
}

type ReadEntry = QuotaEntry & { readonly key: string };

function readEntry(entry: string): ReadEntry | string {
  const [, name = "", action, calls = ""] = ENTRY.exec(entry) ?? [];
  const product = name.toLowerCase();
  const callsPerMinute = Number(calls);
  if (product === "" || callsPerMinute < 1 || callsPerMinute > 1_000_000) return `expected ${QUOTA_EXPECTED}`;
  const provider = PROVIDERS.find((one) => one.toLowerCase() === product);
  if (provider === undefined) return `expected a product of ${PROVIDERS.join(", ").toLowerCase()}`;
  const actions = Object.keys(PRODUCTS[provider].description.actions);
  if (action !== undefined && !actions.includes(action)) return `expected an action of ${actions.join(", ")}`;
  return { key: action === undefined ? provider : `${provider}:${action}`, callsPerMinute, isCeiling: true };
}

function toTable(entries: Iterable<ReadEntry>): UpstreamQuota {
  return Object.fromEntries([...entries].map(({ key, ...entry }) => [key, entry]));
}
