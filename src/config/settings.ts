import { z } from "zod";
import { mayHoldSecret } from "#access";
import { HEADER_TEXT_EXPECTED, isHeaderText } from "./header-text.ts";
import { parseQuota, QUOTA_EXPECTED, readDefault } from "./upstream-quota.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const REGION_ID = /^[a-z]{2,3}(-[a-z0-9]+)+$/;

const optionalInteger = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max)
    .optional()
    .meta({ expected: `a whole number from ${min} to ${max}` });

const integer = (fallback: number, min: number, max: number) =>
  optionalInteger(min, max)
    .default(fallback)
    .meta({ expected: `a whole number from ${min} to ${max}` });

const share = (fallback: number) =>
  z
    .string()
    .regex(/^(\d{1,3}(\.\d{0,9})?|\.\d{1,9})$/)
    .transform(Number)
    .refine((value) => value > 0 && value <= 1)
    .default(fallback)
    .meta({ expected: "a number above 0, at most 1" });

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z
    .string()
    .transform((value) => value.toLowerCase())
    .pipe(z.enum(values))
    .optional()
    .meta({ expected: `one of ${values.join(", ")}` });

const flag = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(z.enum(["on", "off", "true", "false", "1", "0"]))
  .transform((value) => value === "on" || value === "true" || value === "1")
  .optional()
  .meta({ expected: "on or off" });

const list = (isMember: (value: string) => boolean, expected: string) =>
  z
    .string()
    .transform((value) => value.split(",").map((member) => member.trim()))
    .refine((members) => members.every(isMember))
    .optional()
    .meta({ expected });

const regions = list((value) => value === "all" || REGION_ID.test(value), "a comma list of region ids, or all");

const endpoint = z
  .string()
  .refine(isUsableEndpoint)
  .optional()
  .meta({ expected: "an https URL, in which {regionId} alone is replaced; plain http only to loopback" });

const zone = (fallback: string) =>
  z
    .string()
    .regex(/^(Z|[+-](0\d|1[0-4]):[0-5]\d)$/)
    .default(fallback)
    .meta({ expected: "Z or an offset from -14:59 to +14:59 such as +08:00" });

const quota = z
  .string()
  .transform((value, context) => {
    const { quota: parsed, problems } = parseQuota(value);
    for (const message of problems) context.addIssue({ code: "custom", message });
    return parsed;
  })
  .default(readDefault())
  .meta({ expected: QUOTA_EXPECTED });

/** What a request is signed with, and what of it goes into its headers. */
const key = z.string().refine(isHeaderText).optional().meta({ expected: HEADER_TEXT_EXPECTED });

const text = z.string().min(1).optional().meta({ expected: "a text that is not empty" });

const variables = z.object({
  NODE_ENV: z.string().optional(),
  HOST: z.string().min(1).default("127.0.0.1").meta({ expected: "an address or a host name" }),
  PORT: integer(4000, 0, 65_535),
  ADMIN_PORT: optionalInteger(0, 65_535),
  ALLOWED_HOSTS: list(isHostName, "a comma list of names, with a port or for any, such as gateway.example.com"),
  ACCESS_FILE: text,
  ACCESS: oneOf(["open"]),
  AUDIT_FILE: text,
  DRAIN_MS: integer(0, 0, 600_000),
  CLIENT_WATCHERS: integer(2_000, 0, 1_000_000),
  CLIENT_SOCKETS: integer(1_000, 0, 1_000_000),
  CLIENT_CALLS_PER_MINUTE: integer(1_000, 0, 1_000_000),
  UPSTREAM: oneOf(["alibaba", "embedded"]),
  ECS_REGIONS: regions,
  SWAS_REGIONS: regions,
  ECS_ENDPOINT: endpoint,
  SWAS_ENDPOINT: endpoint,
  HTTPS_PROXY: text,
  HTTP_PROXY: text,
  NO_PROXY: text,
  ALIBABA_CLOUD_ACCESS_KEY_ID: key,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: key,
  ALIBABA_CLOUD_SECURITY_TOKEN: key,
  ACCOUNTS_FILE: text,
  SWAS_OUTPUT_ENCODING: oneOf(["auto", "plain", "base64"]),
  TIME_ZONE_BLANK: zone("+08:00"),
  TIME_ZONE_T: zone("Z"),
  UPSTREAM_TIMEOUT_MS: integer(5_000, 1, 600_000),
  OPERATION_DEADLINE_MS: integer(10_000, 1, 600_000),
  SOFT_DEADLINE_MS: integer(1_500, 0, 600_000),
  FRESHNESS_MS: integer(2_000, 0, 3_600_000),
  OPERATION_CALL_BUDGET: integer(200, 1, 1_000_000),
  UPSTREAM_QUOTA: quota,
  UPSTREAM_CONCURRENCY: integer(16, 1, 1_000),
  MEMORY_MB: optionalInteger(1, 16_777_216),
  DATABASE_URL: z
    .string()
    .refine(isDatabaseUrl)
    .optional()
    .meta({ expected: "postgres://user:password@host:port/name, or file:./folder" }),
  RETENTION_DAYS: integer(90, 0, 36_500),
  RETENTION_OUTPUT_DAYS: integer(30, 0, 36_500),
  COLLECT: oneOf(["off", "runs", "outputs"]),
  COLLECT_QUOTA_SHARE: share(0.5),
  WATCH_MIN_INTERVAL_MS: integer(1_000, 1, 3_600_000),
  WATCH_MAX_INTERVAL_MS: integer(10_000, 1, 3_600_000),
  WATCH_MAX_WATCHERS: integer(10_000, 1, 1_000_000),
  WEBSOCKET_MAX_CONNECTIONS: integer(5_000, 1, 1_000_000),
  CURSOR_KEYS: list(
    isStrongKey,
    "a comma list of random texts, newest first: each of at least 16 characters, 6 of them different, and no repeated shorter text",
  ),
  INTROSPECTION: flag,
  EXPLORER: oneOf(["sandbox", "offline", "none", "graphiql", "laboratory"]),
  PAGE: flag,
  CORS_ORIGINS: list(isOrigin, "a comma list of origins such as https://example.com"),
  PERSISTED_DOCUMENTS: oneOf(["off", "log", "enforce"]),
  PERSISTED_DOCUMENTS_FILE: text,
  FEDERATION: flag,
  MCP: flag,
  LOG_LEVEL: oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
  EMULATOR_SEED: integer(1, 0, 2_147_483_647),
  EMULATOR_FAULTS: text,
});

const SECRET = new Set([
  "ALIBABA_CLOUD_ACCESS_KEY_ID",
  "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
  "ALIBABA_CLOUD_SECURITY_TOKEN",
  "CURSOR_KEYS",
  "DATABASE_URL",
]);

/** Settings of earlier versions, and what to do instead. */
const SUCCEEDED: Readonly<Record<string, string>> = {
  UPSTREAM_CALLS_PER_MINUTE: "set UPSTREAM_QUOTA, which tells products and actions apart",
  CACHE_BYTES: "set MEMORY_MB, in megabytes",
  SCAN_BUDGET: "take it out, nothing has to be set in its place",
};

/** Names of settings that are refused because they have a successor. */
export const SUCCEEDED_NAMES = Object.keys(SUCCEEDED);

/** The checked values by name. */
export type Variables = z.output<typeof variables>;

/** The name of every variable, in the order of the documentation. */
export const VARIABLE_NAMES = Object.keys(variables.shape) as readonly (keyof Variables)[];

/** What a check of each variable alone found. */
export interface ParsedVariables {
  /** With the defaults in place of what is wrong. */
  readonly values: Variables;
  /** One sentence for each wrong variable, without the value where it is a secret. */
  readonly problems: readonly string[];
  readonly wrongNames: readonly string[];
}

/** Checks each variable alone; unknown names are passed over, blank values count as not set. */
export function parseVariables(environment: Readonly<Record<string, string | undefined>>): ParsedVariables {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => name in variables.shape && value !== undefined && value.trim() !== "",
    ),
  );
  const succeeded = SUCCEEDED_NAMES.filter((name) => environment[name]?.trim());
  const outdated = succeeded.map(
    (name) => `${name}: expected no value, since it is no setting any more; ${SUCCEEDED[name]}`,
  );
  const parsed = variables.safeParse(given);
  if (parsed.success) return { values: parsed.data, problems: outdated, wrongNames: [] };
  const wrongNames = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  const right = Object.fromEntries(Object.entries(given).filter(([name]) => !wrongNames.includes(name)));
  return {
    values: variables.parse(right),
    problems: [
      ...wrongNames.flatMap((name) => describeProblems(name as keyof Variables, given[name], parsed.error.issues)),
      ...outdated,
    ],
    wrongNames,
  };
}

/** One problem a variable, or one for each bad entry where the check names them. */
function describeProblems(
  name: keyof Variables,
  value: string | undefined,
  issues: readonly z.core.$ZodIssue[],
): readonly string[] {
  const own = issues.filter(({ path, message }) => path[0] === name && message.startsWith("expected "));
  return own.length > 0 ? own.map(({ message }) => `${name}: ${message}`) : [describeProblem(name, value)];
}

function describeProblem(name: keyof Variables, value: string | undefined): string {
  const { expected } = variables.shape[name].meta() as { expected: string };
  const got = isSecret(name, value) ? "what came is not shown" : `got ${JSON.stringify(value)}`;
  return `${name}: expected ${expected}, ${got}`;
}

/** True for what must not be printed: values of secret settings, and texts that may hold a secret. */
export function isSecret(name: keyof Variables, value = ""): boolean {
  return SECRET.has(name) || mayHoldSecret(value);
}

function isUsableEndpoint(value: string): boolean {
  const address = value.replaceAll("{regionId}", "region");
  if (/[{}]|%7b|%7d/i.test(address) || !URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
}

function isDatabaseUrl(value: string): boolean {
  if (value.startsWith("file:")) return /^file:(\/\/\/|(?!\/\/).)/.test(value);
  return /^postgres(ql)?:\/\/[^/]/.test(value) && URL.canParse(value);
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

function isHostName(value: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i.test(value);
}

// Long enough, of several characters, and no shorter text that is repeated.
function isStrongKey(value: string): boolean {
  const repeatsAt = (value + value).indexOf(value, 1);
  return value.length >= 16 && new Set(value).size >= 6 && repeatsAt === value.length;
}
