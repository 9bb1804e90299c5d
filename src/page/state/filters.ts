import type { InvocationFilter, InvocationStatus, Provider } from "cloud-assistant-gateway/client";

/** What the list of runs is narrowed to. Empty texts mean no limit. */
export interface Filters {
  readonly state: "all" | "failed" | "running";
  readonly provider: Provider | "";
  readonly regionId: string;
  readonly account: string;
  /** The whole name of a command. */
  readonly commandName: string;
  /** Id of a server. */
  readonly instanceId: string;
  /** Only runs that are no older: `1h`, `24h`, `7d`. */
  readonly since: string;
  /** Only runs handed in from this instant on, as the reader wrote it: local time without a zone, `2026-01-02T03:04`. */
  readonly from: string;
  /** Only runs handed in before this instant, written as `from`. */
  readonly until: string;
}

export const NO_FILTERS: Filters = {
  state: "all",
  provider: "",
  regionId: "",
  account: "",
  commandName: "",
  instanceId: "",
  since: "",
  from: "",
  until: "",
};

/** States of a run that failed, wholly or in part. */
export const FAILED_RUNS: readonly InvocationStatus[] = ["FAILED", "PARTIAL_FAILED"];
/** States of a run that is under way. */
export const RUNNING_RUNS: readonly InvocationStatus[] = ["RUNNING", "PENDING", "STOPPING"];

const NAMES: Readonly<Record<keyof Filters, string>> = {
  state: "state",
  provider: "product",
  regionId: "region",
  account: "account",
  commandName: "command",
  instanceId: "server",
  since: "since",
  from: "from",
  until: "until",
};
const PROVIDERS: Readonly<Record<Provider, true>> = { ECS: true, SWAS: true };
const KEYS = Object.keys(NAMES) as (keyof Filters)[];

const HOUR_MS = 3_600_000;
const SPANS_MS: Readonly<Record<string, number>> = { "1h": HOUR_MS, "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS };
/** What `since` may say. */
export const SPANS: readonly string[] = Object.keys(SPANS_MS);

/** True for the word of a product. */
export function isProvider(word: string): word is Provider {
  return Object.hasOwn(PROVIDERS, word);
}

/** Reads an address's query; what nobody could have meant is left out. */
export function readFilters(query: string): Filters {
  const parameters = new URLSearchParams(query);
  const read = (key: keyof Filters): string => (parameters.get(NAMES[key]) ?? "").trim().slice(0, 200);
  const state = read("state");
  const provider = read("provider").toUpperCase();
  return {
    state: state === "failed" || state === "running" ? state : "all",
    provider: isProvider(provider) ? provider : "",
    regionId: read("regionId"),
    account: read("account"),
    commandName: read("commandName"),
    instanceId: read("instanceId"),
    since: SPANS.includes(read("since")) ? read("since") : "",
    from: Number.isNaN(Date.parse(read("from"))) ? "" : read("from"),
    until: Number.isNaN(Date.parse(read("until"))) ? "" : read("until"),
  };
}

/** The address's query that {@link readFilters} reads back; empty when nothing is narrowed. */
export function writeFilters(filters: Filters): string {
  const parameters = new URLSearchParams();
  for (const key of KEYS) if (filters[key] !== NO_FILTERS[key]) parameters.set(NAMES[key], filters[key]);
  const query = parameters.toString();
  return query === "" ? "" : `?${query}`;
}

/** What the gateway is asked for; null when every run is meant. `now` in milliseconds since 1970. */
export function toInvocationFilter(filters: Filters, now: number): InvocationFilter | null {
  const span = SPANS_MS[filters.since];
  const after = span === undefined ? toInstant(filters.from) : new Date(now - span).toISOString();
  const before = toInstant(filters.until);
  const filter: InvocationFilter = {
    ...(filters.state === "failed" && { statusIn: [...FAILED_RUNS] }),
    ...(filters.state === "running" && { statusIn: [...RUNNING_RUNS] }),
    ...(filters.provider !== "" && { providerIn: [filters.provider] }),
    ...(filters.regionId !== "" && { regionIdIn: [filters.regionId] }),
    ...(filters.account !== "" && { accountIn: [filters.account] }),
    ...(filters.commandName !== "" && { commandName: filters.commandName }),
    ...(filters.instanceId !== "" && { instanceId: filters.instanceId }),
    ...(after !== null && { createdAfter: after }),
    ...(before !== null && { createdBefore: before }),
  };
  return Object.keys(filter).length === 0 ? null : filter;
}

function toInstant(local: string): string | null {
  return local === "" ? null : new Date(local).toISOString();
}

/** How many limits are set besides the state. */
export function countFilters(filters: Filters): number {
  return KEYS.filter((key) => key !== "state" && filters[key] !== NO_FILTERS[key]).length;
}
