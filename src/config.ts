import { readFileSync } from "node:fs";
import { type AccountSettings, namesOfKeys, parseAccountsFile } from "./accounts.ts";
import { describeMisspelt, findMisspelt, type MisspeltVariable } from "./misspelt.ts";
import { parseVariables, VARIABLE_NAMES, type Variables } from "./settings.ts";

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
  readonly production: boolean;
  readonly upstream: "alibaba" | "embedded";
  /** Empty with the embedded upstream, unless an account was set for it. */
  readonly accounts: readonly AccountSettings[];
  readonly endpoints: { readonly ECS: string | null; readonly SWAS: string | null };
  readonly swasOutputEncoding: "auto" | "plain" | "base64";
  /** Zones of times that come without one: separated by a blank, or by `T`. */
  readonly zones: { readonly blank: string; readonly t: string };
  readonly upstreamTimeoutMs: number;
  readonly operationDeadlineMs: number;
  readonly operationCallBudget: number;
  /** Null where the gateway sets itself no limit. */
  readonly upstreamCallsPerMinute: number | null;
  readonly upstreamConcurrency: number;
  readonly scanBudget: number;
  readonly cacheBytes: number;
  /** Null for a gateway that keeps what it read in memory alone. */
  readonly databaseUrl: string | null;
  /** How long a database keeps runs, and what they printed, in days; 0 for as long as it lasts. */
  readonly retention: { readonly runDays: number; readonly outputDays: number };
  readonly watch: { readonly minIntervalMs: number; readonly maxIntervalMs: number; readonly maxWatchers: number };
  readonly maxWebSockets: number;
  /** Null where cursors are sealed with a key of this process alone. */
  readonly cursorKeys: readonly string[] | null;
  readonly introspection: boolean;
  readonly explorer: "sandbox" | "graphiql" | "none";
  readonly corsOrigins: readonly string[];
  readonly persistedDocuments: { readonly mode: "off" | "log" | "enforce"; readonly file: string | null };
  /** Serves the schema as a subgraph of an Apollo Federation. */
  readonly federation: boolean;
  readonly logLevel: string;
  /** What was set in vain, probably by a slip. */
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
): Config {
  const { values, problems, wrongNames } = parseVariables(environment);
  const found: string[] = [];
  const declared = readAccounts(values, readFile, found);
  const accounts = resolveKeys(declared, environment, found);
  const misspelt = findMisspelt(environment, [...VARIABLE_NAMES, ...declared.flatMap(namesOfKeys)]);
  // A variable that is wrong by itself is not reported a second time for what follows from its absence.
  const following = found.filter((problem) => !wrongNames.some((name) => problem.split(":")[0]?.includes(name)));
  if (problems.length + following.length > 0) {
    throw new SettingsError([...problems, ...following], misspelt.map(describeMisspelt));
  }
  return toConfig(values, accounts, misspelt);
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

function readAccounts(
  values: Variables,
  readFile: (path: string) => string,
  problems: string[],
): readonly AccountSettings[] {
  const accounts: AccountSettings[] = [];
  const keyId = values.ALIBABA_CLOUD_ACCESS_KEY_ID;
  const secret = values.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
  if ((keyId === undefined) !== (secret === undefined)) {
    const missing = keyId === undefined ? "ALIBABA_CLOUD_ACCESS_KEY_ID" : "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
    problems.push(`${missing}: expected a value, since the other half of the key pair is set; it is missing`);
  }
  if (values.WATCH_MIN_INTERVAL_MS > values.WATCH_MAX_INTERVAL_MS) {
    problems.push(
      `WATCH_MAX_INTERVAL_MS: expected at least WATCH_MIN_INTERVAL_MS (${values.WATCH_MIN_INTERVAL_MS}), got "${values.WATCH_MAX_INTERVAL_MS}"`,
    );
  }
  if (
    values.PERSISTED_DOCUMENTS !== undefined &&
    values.PERSISTED_DOCUMENTS !== "off" &&
    values.PERSISTED_DOCUMENTS_FILE === undefined
  ) {
    problems.push(
      "PERSISTED_DOCUMENTS_FILE: expected the path of a manifest, since PERSISTED_DOCUMENTS is on; it is missing",
    );
  }
  if (values.ECS_REGIONS !== undefined || values.SWAS_REGIONS !== undefined) {
    accounts.push({
      alias: "default",
      credentials:
        keyId !== undefined && secret !== undefined
          ? {
              type: "static",
              accessKeyId: keyId,
              accessKeySecret: secret,
              securityToken: values.ALIBABA_CLOUD_SECURITY_TOKEN ?? null,
            }
          : { type: "default" },
      ecsRegions: values.ECS_REGIONS ?? [],
      swasRegions: values.SWAS_REGIONS ?? [],
    });
  }
  if (values.ACCOUNTS_FILE !== undefined) accounts.push(...parseAccountsFile(values.ACCOUNTS_FILE, readFile, problems));
  checkAccounts(values, accounts, problems);
  return accounts;
}

function resolveKeys(
  accounts: readonly AccountSettings[],
  environment: Environment,
  problems: string[],
): readonly AccountSettings[] {
  return accounts.map((account) => {
    if (account.credentials.type !== "environment") return account;
    const { accessKeyId, accessKeySecret, securityToken } = account.credentials;
    const read = (name: string) => {
      const value = environment[name];
      if (value) return value;
      problems.push(
        `${name}: expected a value, since account ${JSON.stringify(account.alias)} reads it; it is missing`,
      );
      return "";
    };
    return {
      ...account,
      credentials: {
        type: "static" as const,
        accessKeyId: read(accessKeyId),
        accessKeySecret: read(accessKeySecret),
        securityToken: securityToken === null ? null : read(securityToken),
      },
    };
  });
}

function checkAccounts(values: Variables, accounts: readonly AccountSettings[], problems: string[]): void {
  const aliases = accounts.map((account) => account.alias);
  for (const alias of new Set(aliases.filter((alias, index) => aliases.indexOf(alias) !== index))) {
    problems.push(
      `ACCOUNTS_FILE: expected every alias once, got ${JSON.stringify(alias)} twice (ECS_REGIONS and SWAS_REGIONS make the account "default")`,
    );
  }
  const upstream = chooseUpstream(values, accounts);
  if (upstream === "alibaba" && accounts.length === 0 && values.ACCOUNTS_FILE === undefined) {
    problems.push(
      "ECS_REGIONS or SWAS_REGIONS: expected a comma list of region ids, or all, with UPSTREAM=alibaba; both are missing",
    );
  }
  if (upstream === "embedded" && values.UPSTREAM === undefined && values.NODE_ENV === "production") {
    problems.push(
      "UPSTREAM: expected to be set with NODE_ENV=production: alibaba (with ECS_REGIONS or SWAS_REGIONS), or embedded if invented data is wanted; it is missing",
    );
  }
}

function chooseUpstream(values: Variables, accounts: readonly AccountSettings[]): "alibaba" | "embedded" {
  return values.UPSTREAM ?? (accounts.length > 0 || values.ACCOUNTS_FILE !== undefined ? "alibaba" : "embedded");
}

function toConfig(
  values: Variables,
  accounts: readonly AccountSettings[],
  misspelt: readonly MisspeltVariable[],
): Config {
  const production = values.NODE_ENV === "production";
  return {
    host: values.HOST,
    port: values.PORT,
    production,
    upstream: chooseUpstream(values, accounts),
    accounts,
    endpoints: { ECS: values.ECS_ENDPOINT ?? null, SWAS: values.SWAS_ENDPOINT ?? null },
    swasOutputEncoding: values.SWAS_OUTPUT_ENCODING ?? "auto",
    zones: { blank: values.TIME_ZONE_BLANK, t: values.TIME_ZONE_T },
    upstreamTimeoutMs: values.UPSTREAM_TIMEOUT_MS,
    operationDeadlineMs: values.OPERATION_DEADLINE_MS,
    operationCallBudget: values.OPERATION_CALL_BUDGET,
    upstreamCallsPerMinute: values.UPSTREAM_CALLS_PER_MINUTE === 0 ? null : values.UPSTREAM_CALLS_PER_MINUTE,
    upstreamConcurrency: values.UPSTREAM_CONCURRENCY,
    scanBudget: values.SCAN_BUDGET,
    cacheBytes: values.CACHE_BYTES,
    databaseUrl: values.DATABASE_URL ?? null,
    retention: { runDays: values.RETENTION_DAYS, outputDays: values.RETENTION_OUTPUT_DAYS },
    watch: {
      minIntervalMs: values.WATCH_MIN_INTERVAL_MS,
      maxIntervalMs: values.WATCH_MAX_INTERVAL_MS,
      maxWatchers: values.WATCH_MAX_WATCHERS,
    },
    maxWebSockets: values.WEBSOCKET_MAX_CONNECTIONS,
    cursorKeys: values.CURSOR_KEYS ?? null,
    introspection: values.INTROSPECTION ?? !production,
    explorer: values.EXPLORER ?? (production ? "none" : "sandbox"),
    corsOrigins: values.CORS_ORIGINS ?? [],
    persistedDocuments: { mode: values.PERSISTED_DOCUMENTS ?? "off", file: values.PERSISTED_DOCUMENTS_FILE ?? null },
    federation: values.FEDERATION ?? false,
    logLevel: values.LOG_LEVEL ?? "info",
    misspelt,
    emulator: {
      seed: values.EMULATOR_SEED,
      faults: values.EMULATOR_FAULTS ?? null,
      keyPair:
        values.ALIBABA_CLOUD_ACCESS_KEY_ID !== undefined && values.ALIBABA_CLOUD_ACCESS_KEY_SECRET !== undefined
          ? {
              accessKeyId: values.ALIBABA_CLOUD_ACCESS_KEY_ID,
              accessKeySecret: values.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
            }
          : null,
    },
  };
}
