import { readFileSync } from "node:fs";
import type { Provider } from "#domain";
import { type AccessSettings, readAccessSettings } from "./access-settings.ts";
import { checkProxies, readAccounts } from "./account-settings.ts";
import type { AccountSettings } from "./accounts.ts";
import { chooseMemoryBytes, readMachineBytes } from "./machine-memory.ts";
import { describeMisspelt, findMisspelt, isSlip, type MisspeltVariable } from "./misspelt.ts";
import { checkProfiles } from "./profiles.ts";
import { checkTogether, warnTogether } from "./setting-checks.ts";
import { chooseExplorer, chooseUpstream } from "./setting-choices.ts";
import { whyAppendingFails } from "./setting-file.ts";
import { parseVariables, SUCCEEDED_NAMES, VARIABLE_NAMES, type Variables } from "./settings.ts";

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
export type Config = ReturnType<typeof toConfig>;

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
  const fault = values.AUDIT_FILE === undefined ? null : whyAppendingFails(values.AUDIT_FILE);
  if (fault !== null) {
    found.push(`AUDIT_FILE: expected a file that can be written, got ${JSON.stringify(values.AUDIT_FILE)} (${fault})`);
  }
  const { accounts, variables } = readAccounts(values, readFile, environment, found);
  checkProxies(values, environment, accounts, found);
  const doubts = checkProfiles(values, environment, accounts, readFile, found);
  const access = readAccessSettings(values.ACCESS_FILE, accounts, readFile, found);
  const memoryBytes = chooseMemoryBytes(values, machineBytes, found);
  // What is refused by its name is not told of a second time as a slip.
  const misspelt = findMisspelt(environment, VARIABLE_NAMES, variables).filter(
    ({ name }) => !SUCCEEDED_NAMES.includes(name),
  );
  if (chooseUpstream(values, accounts) === "embedded" && values.UPSTREAM === undefined)
    found.push(...misspelt.filter(wouldChooseUpstream).slice(0, 1).map(refuseInvented));
  // A variable that is wrong alone is not reported a second time for what follows from its absence.
  const following = found.filter((problem) => !wrongNames.some((name) => problem.split(":")[0]?.includes(name)));
  if (problems.length + following.length > 0) {
    throw new SettingsError([...problems, ...following], misspelt.map(describeMisspelt));
  }
  const warnings = [...warnTogether(values, accounts), ...doubts];
  return toConfig(values, { accounts, access, misspelt, memoryBytes, warnings });
}

/** Settings that say where all is read from. */
const ORIGINS: ReadonlySet<string> = new Set([
  "UPSTREAM",
  "ACCOUNTS_FILE",
  "ECS_REGIONS",
  "SWAS_REGIONS",
  "ECS_ENDPOINT",
  "SWAS_ENDPOINT",
]);

// Other programs have variables that begin alike: only a slip is meant for this gateway with certainty.
function wouldChooseUpstream({ name, nearest }: MisspeltVariable): boolean {
  return ORIGINS.has(nearest) && isSlip(name, nearest);
}

function refuseInvented({ name }: MisspeltVariable): string {
  return `UPSTREAM: expected embedded, if invented data are meant, since ${name} is set, which is no setting; it is missing`;
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

/** What was read of the files that settings name, and of the machine. */
interface Found {
  /** Empty with the embedded upstream, unless an account was set for it. */
  readonly accounts: readonly AccountSettings[];
  /** Null if everybody who reaches the gateway may see everything. */
  readonly access: AccessSettings | null;
  /** What was set without effect, probably by a slip. */
  readonly misspelt: readonly MisspeltVariable[];
  /** For what was read: MEMORY_MB, or the default as far as there is memory. */
  readonly memoryBytes: number;
  /** What is allowed and probably not meant, one sentence each. */
  readonly warnings: readonly string[];
}

function toConfig(values: Variables, found: Found) {
  const upstream = chooseUpstream(values, found.accounts);
  return {
    ...found,
    ...toServing(values, upstream),
    ...toReading(values),
    ...toKeeping(values),
    upstream,
    logLevel: values.LOG_LEVEL ?? "info",
    emulator: toEmulator(values),
  } as const;
}

/** How clients are served. */
function toServing(values: Variables, upstream: "alibaba" | "embedded") {
  return {
    host: values.HOST,
    port: values.PORT,
    /** Null if probes and metrics are on `port`. */
    adminPort: values.ADMIN_PORT ?? null,
    /** Names in `Host` that are served besides loopback names. */
    allowedHosts: values.ALLOWED_HOSTS ?? [],
    /** Where it is written down who read what; null for the log. */
    auditFile: values.AUDIT_FILE ?? null,
    drainMs: values.DRAIN_MS,
    /** Of one client; 0 lifts one. */
    clientLimits: {
      watchers: values.CLIENT_WATCHERS,
      sockets: values.CLIENT_SOCKETS,
      callsPerMinute: values.CLIENT_CALLS_PER_MINUTE,
    },
    maxWebSockets: values.WEBSOCKET_MAX_CONNECTIONS,
    /** Null where cursors are sealed with a key of this process alone. */
    cursorKeys: values.CURSOR_KEYS ?? null,
    introspection: values.INTROSPECTION ?? values.NODE_ENV !== "production",
    explorer: chooseExplorer(values, upstream),
    /** Serves the page for people. */
    page: values.PAGE ?? true,
    corsOrigins: values.CORS_ORIGINS ?? [],
    persistedDocuments: { mode: values.PERSISTED_DOCUMENTS ?? "off", file: values.PERSISTED_DOCUMENTS_FILE ?? null },
    /** Serves the schema as a subgraph of an Apollo Federation. */
    federation: values.FEDERATION ?? false,
    /** Offers the packaged queries as tools at /mcp. */
    mcp: values.MCP ?? false,
  } as const;
}

/** How upstreams are read. */
function toReading(values: Variables) {
  return {
    /** Read again when it changes; null if there is none. */
    accountsFile: values.ACCOUNTS_FILE ?? null,
    endpoints: { ECS: values.ECS_ENDPOINT ?? null, SWAS: values.SWAS_ENDPOINT ?? null } satisfies Record<
      Provider,
      string | null
    >,
    swasOutputEncoding: values.SWAS_OUTPUT_ENCODING ?? "auto",
    /** Zones of times that come without one: separated by a blank, or by `T`. */
    zones: { blank: values.TIME_ZONE_BLANK, t: values.TIME_ZONE_T },
    upstreamTimeoutMs: values.UPSTREAM_TIMEOUT_MS,
    operationDeadlineMs: values.OPERATION_DEADLINE_MS,
    operationCallBudget: values.OPERATION_CALL_BUDGET,
    /** How long a list waits for a slow source before it goes on without what is new there. */
    softDeadlineMs: values.SOFT_DEADLINE_MS,
    /** How old what still moves may be in an answer while quota and upstream allow better. */
    freshnessMs: values.FRESHNESS_MS,
    upstreamQuota: values.UPSTREAM_QUOTA,
    upstreamConcurrency: values.UPSTREAM_CONCURRENCY,
    watch: {
      minIntervalMs: values.WATCH_MIN_INTERVAL_MS,
      maxIntervalMs: values.WATCH_MAX_INTERVAL_MS,
      maxWatchers: values.WATCH_MAX_WATCHERS,
    },
  } as const;
}

/** What is kept, and what is collected for that. */
function toKeeping(values: Variables) {
  return {
    /** Null for a gateway that keeps what it read in memory alone. */
    databaseUrl: values.DATABASE_URL ?? null,
    /** How long a database keeps runs, and what they printed, in days; 0 for as long as it lasts. */
    retention: { runDays: values.RETENTION_DAYS, outputDays: values.RETENTION_OUTPUT_DAYS },
    /** What is collected without anybody asking for it, and the share of each action's quota that it may use. */
    collect: {
      mode: values.COLLECT ?? (values.DATABASE_URL === undefined ? "off" : "runs"),
      quotaShare: values.COLLECT_QUOTA_SHARE,
    },
  } as const;
}

function toEmulator(values: Variables) {
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret } = values;
  const isWhole = accessKeyId !== undefined && accessKeySecret !== undefined;
  return {
    seed: values.EMULATOR_SEED,
    faults: values.EMULATOR_FAULTS ?? null,
    /** The key pair that it accepts; null for its own. */
    keyPair: isWhole ? { accessKeyId, accessKeySecret } : null,
  } as const;
}
