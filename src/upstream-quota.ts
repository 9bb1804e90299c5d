/** Calls a minute of a product, or of one action of it, in each account and region. */
export interface QuotaEntry {
  readonly callsPerMinute: number;
  /** True if it was set; false for a default, which the upstream's own words may raise. */
  readonly isCeiling: boolean;
}

/** By `SWAS`, or `SWAS:ListInstances`. */
export type UpstreamQuota = Readonly<Record<string, QuotaEntry>>;

/** The vendor's published figures, and careful ones where none is published. */
export const DEFAULT_QUOTA = "ecs=300,swas=100,swas:ListInstances=10,swas:DescribeCommandInvocations=10";

/** What an entry of the setting looks like. */
export const QUOTA_EXPECTED =
  "a comma list of product=calls or product:Action=calls with calls a minute from 1 to 1000000, such as ecs=300,swas:ListInstances=10";

/** Actions that the gateway calls. */
export const QUOTA_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  ecs: [
    "DescribeInvocations",
    "DescribeInvocationResults",
    "DescribeInstances",
    "DescribeManagedInstances",
    "DescribeCloudAssistantStatus",
    "DescribeRegions",
  ],
  swas: [
    "DescribeCommandInvocations",
    "DescribeInvocations",
    "DescribeInvocationResult",
    "ListInstances",
    "DescribeCloudAssistantStatus",
    "DescribeCloudAssistantAttributes",
    "ListRegions",
  ],
};

const ENTRY = /^([a-z]+)(?::([A-Za-z]+))?\s*=\s*(\d{1,7})$/i;

/** What was found in the text: the default with its entries replaced, and one sentence for each entry that cannot be used. */
export function parseQuota(text: string): { readonly quota: UpstreamQuota; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const given = new Map<string, ReadEntry>();
  for (const entry of text.split(",").map((one) => one.trim())) {
    const read = readEntry(entry, true);
    if (typeof read === "string") problems.push(`${read}, got ${JSON.stringify(entry)}`);
    else if (given.has(read.key)) problems.push(`expected every entry once, got ${JSON.stringify(entry)} again`);
    else given.set(read.key, read);
  }
  return { quota: { ...readDefault(), ...toTable(given.values()) }, problems };
}

/** The default as a table. */
export function readDefault(): UpstreamQuota {
  const entries = DEFAULT_QUOTA.split(",").map((entry) => readEntry(entry, false));
  return toTable(entries.filter((entry) => typeof entry !== "string"));
}

type ReadEntry = QuotaEntry & { readonly key: string };

function readEntry(entry: string, isCeiling: boolean): ReadEntry | string {
  const [, name = "", action, calls = ""] = ENTRY.exec(entry) ?? [];
  const product = name.toLowerCase();
  const callsPerMinute = Number(calls);
  if (product === "" || callsPerMinute < 1 || callsPerMinute > 1_000_000) return `expected ${QUOTA_EXPECTED}`;
  const actions = QUOTA_ACTIONS[product];
  if (actions === undefined) return `expected a product of ${Object.keys(QUOTA_ACTIONS).join(", ")}`;
  if (action !== undefined && !actions.includes(action)) return `expected an action of ${actions.join(", ")}`;
  const key = product.toUpperCase() + (action === undefined ? "" : `:${action}`);
  return { key, callsPerMinute, isCeiling };
}

function toTable(entries: Iterable<ReadEntry>): UpstreamQuota {
  return Object.fromEntries([...entries].map(({ key, ...entry }) => [key, entry]));
}
