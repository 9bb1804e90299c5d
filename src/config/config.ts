import { readFileSync } from "node:fs";
import type { Provider } from "#domain";
import { type AccessSettings, readAccessSettings } from "./access-settings.ts";
import { checkProxies, readAccounts } from "./account-settings.ts";
import type { AccountSettings } from "./accounts.ts";
import { chooseMemoryBytes, readMachineBytes } from "./machine-memory.ts";
import { describeMisspelt, findMisspelt, type MisspeltVariable } from "./misspelt.ts";
import { checkTogether, warnTogether } from "./setting-checks.ts";
import { chooseExplorer, chooseUpstream } from "./setting-choices.ts";
import { isWritable } from "./setting-file.ts";
import { parseVariables, SUCCEEDED_NAMES, VARIABLE_NAMES, type Variables } from "./settings.ts";
import type { UpstreamQuota } from "./upstream-quota.ts";

/** Environment variables, or anything shaped like them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every setting is wrong or missing at once: each with its name, what was expected and (unless secret) what came. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];

  /** Hints are printed beneath the problems, which they may explain. */
  constructor(problems: readonly string[], hints: readonly string[] = []) {
    super(["The settings cannot be used:", ...[...problems, ...hints].map((line) => `  ${line}`)].join("\n"));
    this.problems = problems;
  }
}

/** Everything the process is told from outside, checked. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null if probes and metrics are on `port`. */
  readonly adminPort: number | null;
  /** Names in `Host` that are served besides loopback names. */
  readonly allowedHosts: readonly string[];
  /** Null if everybody who reaches the gateway may see everything. */
  readonly access: AccessSettings | null;
  /** Where it is written down who read what; null for the log. */
  readonly auditFile: string | null;
  readonly drainMs: number;
  /** Of one client; 0 lifts one. */
  readonly clientLimits: { readonly watchers: number; readonly sockets: number; readonly callsPerMinute: number };
  readonly upstream: "alibaba" | "embedded";
  /** Empty with the embedded upstream, unless an account was set for it. */
  readonly accounts: readonly AccountSettings[];
  /** Read again when it changes; null if there is none. */
  readonly accountsFile: string | null;
  readonly endpoints: Readonly<Record<Provider, string | null>>;
  readonly swasOutputEncoding: "auto" | "plain" | "base64";
  /** Zones of times that come without one: separated by a blank, or by `T`. */
  readonly zones: { readonly blank: string; readonly t: string };
  readonly upstreamTimeoutMs: number;
  readonly operationDeadlineMs: number;
  /** How long a list waits for a slow source before it goes on without what is new there. */
  readonly softDeadlineMs: number;
  /** How old what still moves may be in an answer while quota and upstream allow better. */
  readonly freshnessMs: number;
  readonly operationCallBudget: number;
  readonly upstreamQuota: UpstreamQuota;
  readonly upstreamConcurrency: number;
  /** For what was read: MEMORY_MB, or the default as far as there is memory. */
  readonly memoryBytes: number;
  /** Null for a gateway that keeps what it read in memory alone. */
  readonly databaseUrl: string | null;
  /** How long a database keeps runs, and what they printed, in days; 0 for as long as it lasts. */
  readonly retention: { readonly runDays: number; readonly outputDays: number };
  /** What is collected without anybody asking for it, and the share of each action's quota that it may use. */
  readonly collect: { readonly mode: "off" | "runs" | "outputs"; readonly quotaShare: number };
  readonly watch: { readonly minIntervalMs: number; readonly maxIntervalMs: number; readonly maxWatchers: number };
  readonly maxWebSockets: number;
  /** Null where cursors are sealed with a key of this process alone. */
  readonly cursorKeys: readonly string[] | null;
  readonly introspection: boolean;
  readonly explorer: "sandbox" | "offline" | "none";
  /** Serves the page for people. */
  readonly page: boolean;
  readonly corsOrigins: readonly string[];
  readonly persistedDocuments: { readonly mode: "off" | "log" | "enforce"; readonly file: string | null };
  /** Serves the schema as a subgraph of an Apollo Federation. */
  readonly federation: boolean;
  /** Offers the packaged queries as tools at /mcp. */
  readonly mcp: boolean;
  readonly logLevel: string;
  /** What is allowed and probably not meant, one sentence each. */
  readonly warnings: readonly string[];
  /** What was set without effect, probably by a slip. */
  readonly misspelt: readonly MisspeltVariable[];
  readonly emulator: {
    readonly seed: number;
    readonly faults: string | null;
    /** The key pair that it accepts; null for its own. */
    readonly keyPair: { readonly accessKeyId: string; readonly accessKeySecret: string } | null;
  };
}

/**
 * Reads the settings.
 * @throws SettingsError that names every bad or missing one at once; secrets never appear in it.
 */
export function readConfig(
  environment: Environment = process.env,
  readFile: (path: string) => string = (path) => readFileSync(path, "utf8"),
  machineBytes: number = readMachineBytes(),
): Config {
  const { values, problems, wrongNames } = parseVariables(environment);
  const found: string[] = [];
  found.push(...checkTogether(values));
  if (values.AUDIT_FILE !== undefined && !isWritable(values.AUDIT_FILE)) {
    found.push(`AUDIT_FILE: expected a file that can be written, got ${JSON.stringify(values.AUDIT_FILE)}`);
  }
  const { accounts, variables } = readAccounts(values, readFile, environment, found);
  checkProxies(values, environment, accounts, found);
  const aliases = accounts.map(({ alias }) => alias);
  const access = readAccessSettings(values.ACCESS_FILE, aliases, readFile, found);
  const memoryBytes = chooseMemoryBytes(values, machineBytes, found);
  // What is refused by its name is not told of a second time as a slip.
  const misspelt = findMisspelt(environment, [...VARIABLE_NAMES, ...variables]).filter(
    ({ name }) => !SUCCEEDED_NAMES.includes(name),
  );
  // A variable that is wrong alone is not reported a second time for what follows from its absence.
  const following = found.filter((problem) => !wrongNames.some((name) => problem.split(":")[0]?.includes(name)));
  if (problems.length + following.length > 0) {
    throw new SettingsError([...problems, ...following], misspelt.map(describeMisspelt));
  }
  return toConfig(values, { accounts, access, misspelt, memoryBytes });
}

/**
 * Reads the settings of an emulator that runs alone: those of the gateway do not concern it.
 * @throws SettingsError as {@link readConfig} does.
 */
export function readEmulatorConfig(overrides: Environment, environment: Environment = process.env): Config {
  const names = ["EMULATOR_SEED", "EMULATOR_FAULTS", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"];
  const given = Object.fromEntries(names.map((name) => [name, overrides[name] ?? environment[name]]));
  return readConfig({ ...given, PORT: overrides.PORT, UPSTREAM: "embedded" });
}

function toConfig(
  values: Variables,
  { accounts, access, misspelt, memoryBytes }: Pick<Config, "accounts" | "access" | "misspelt" | "memoryBytes">,
): Config {
  const production = values.NODE_ENV === "production";
  const upstream = chooseUpstream(values, accounts);
  return {
    host: values.HOST,
    port: values.PORT,
    adminPort: values.ADMIN_PORT ?? null,
    allowedHosts: values.ALLOWED_HOSTS ?? [],
    access,
    auditFile: values.AUDIT_FILE ?? null,
    drainMs: values.DRAIN_MS,
    clientLimits: {
      watchers: values.CLIENT_WATCHERS,
      sockets: values.CLIENT_SOCKETS,
      callsPerMinute: values.CLIENT_CALLS_PER_MINUTE,
    },
    upstream,
    accounts,
    accountsFile: values.ACCOUNTS_FILE ?? null,
    endpoints: { ECS: values.ECS_ENDPOINT ?? null, SWAS: values.SWAS_ENDPOINT ?? null },
    swasOutputEncoding: values.SWAS_OUTPUT_ENCODING ?? "auto",
    zones: { blank: values.TIME_ZONE_BLANK, t: values.TIME_ZONE_T },
    upstreamTimeoutMs: values.UPSTREAM_TIMEOUT_MS,
    operationDeadlineMs: values.OPERATION_DEADLINE_MS,
    operationCallBudget: values.OPERATION_CALL_BUDGET,
    softDeadlineMs: values.SOFT_DEADLINE_MS,
    freshnessMs: values.FRESHNESS_MS,
    upstreamQuota: values.UPSTREAM_QUOTA,
    upstreamConcurrency: values.UPSTREAM_CONCURRENCY,
    memoryBytes,
    databaseUrl: values.DATABASE_URL ?? null,
    retention: { runDays: values.RETENTION_DAYS, outputDays: values.RETENTION_OUTPUT_DAYS },
    collect: {
      mode: values.COLLECT ?? (values.DATABASE_URL === undefined ? "off" : "runs"),
      quotaShare: values.COLLECT_QUOTA_SHARE,
    },
    watch: {
      minIntervalMs: values.WATCH_MIN_INTERVAL_MS,
      maxIntervalMs: values.WATCH_MAX_INTERVAL_MS,
      maxWatchers: values.WATCH_MAX_WATCHERS,
    },
    maxWebSockets: values.WEBSOCKET_MAX_CONNECTIONS,
    cursorKeys: values.CURSOR_KEYS ?? null,
    introspection: values.INTROSPECTION ?? !production,
    explorer: chooseExplorer(values, upstream),
    page: values.PAGE ?? true,
    corsOrigins: values.CORS_ORIGINS ?? [],
    persistedDocuments: { mode: values.PERSISTED_DOCUMENTS ?? "off", file: values.PERSISTED_DOCUMENTS_FILE ?? null },
    federation: values.FEDERATION ?? false,
    mcp: values.MCP ?? false,
    logLevel: values.LOG_LEVEL ?? "info",
    warnings: warnTogether(values, accounts),
    misspelt,
    emulator: toEmulatorConfig(values),
  };
}

function toEmulatorConfig(values: Variables): Config["emulator"] {
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret } = values;
  const isWhole = accessKeyId !== undefined && accessKeySecret !== undefined;
  const keyPair = isWhole ? { accessKeyId, accessKeySecret } : null;
  return { seed: values.EMULATOR_SEED, faults: values.EMULATOR_FAULTS ?? null, keyPair };
}
