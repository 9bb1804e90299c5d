import { z } from "zod";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const REGION_ID = /^[a-z]{2,3}(-[a-z0-9]+)+$/;

const integer = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max)
    .default(fallback)
    .meta({ expected: `a whole number from ${min} to ${max}` });

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
  .meta({ expected: "an https URL ({regionId} allowed in it); plain http only to loopback" });

const zone = (fallback: string) =>
  z
    .string()
    .regex(/^(Z|[+-]\d{2}:\d{2})$/)
    .default(fallback)
    .meta({ expected: "Z or an offset such as +08:00" });

const text = z.string().min(1).optional().meta({ expected: "a text that is not empty" });

const variables = z.object({
  NODE_ENV: z.string().optional(),
  HOST: z.string().min(1).default("127.0.0.1").meta({ expected: "an address or a host name" }),
  PORT: integer(4000, 0, 65_535),
  UPSTREAM: oneOf(["alibaba", "embedded"]),
  ECS_REGIONS: regions,
  SWAS_REGIONS: regions,
  ECS_ENDPOINT: endpoint,
  SWAS_ENDPOINT: endpoint,
  ALIBABA_CLOUD_ACCESS_KEY_ID: text,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: text,
  ALIBABA_CLOUD_SECURITY_TOKEN: text,
  ACCOUNTS_FILE: text,
  SWAS_OUTPUT_ENCODING: oneOf(["auto", "plain", "base64"]),
  TIME_ZONE_BLANK: zone("+08:00"),
  TIME_ZONE_T: zone("Z"),
  UPSTREAM_TIMEOUT_MS: integer(5_000, 1, 600_000),
  OPERATION_DEADLINE_MS: integer(10_000, 1, 600_000),
  OPERATION_CALL_BUDGET: integer(200, 1, 1_000_000),
  UPSTREAM_CALLS_PER_MINUTE: integer(0, 0, 1_000_000),
  UPSTREAM_CONCURRENCY: integer(16, 1, 1_000),
  SCAN_BUDGET: integer(40, 1, 100_000),
  CACHE_BYTES: integer(67_108_864, 0, 17_179_869_184),
  DATABASE_URL: z
    .string()
    .refine(isDatabaseUrl)
    .optional()
    .meta({ expected: "postgres://user:password@host:port/name, or file:./folder" }),
  RETENTION_DAYS: integer(90, 0, 36_500),
  RETENTION_OUTPUT_DAYS: integer(30, 0, 36_500),
  WATCH_MIN_INTERVAL_MS: integer(1_000, 1, 3_600_000),
  WATCH_MAX_INTERVAL_MS: integer(10_000, 1, 3_600_000),
  WATCH_MAX_WATCHERS: integer(1_000, 1, 1_000_000),
  WEBSOCKET_MAX_CONNECTIONS: integer(2_000, 1, 1_000_000),
  CURSOR_KEYS: list((value) => value.length >= 16, "a comma list of texts of at least 16 characters, newest first"),
  INTROSPECTION: flag,
  EXPLORER: oneOf(["sandbox", "graphiql", "none"]),
  CORS_ORIGINS: list(isOrigin, "a comma list of origins such as https://example.com"),
  PERSISTED_DOCUMENTS: oneOf(["off", "log", "enforce"]),
  PERSISTED_DOCUMENTS_FILE: text,
  FEDERATION: flag,
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

/** The checked values by name. */
export type Variables = z.output<typeof variables>;

/** The name of every variable, in the order of the documentation. */
export const VARIABLE_NAMES = Object.keys(variables.shape) as readonly (keyof Variables)[];

/** What a check of every variable by itself found. */
export interface ParsedVariables {
  /** With the defaults in place of what is wrong. */
  readonly values: Variables;
  /** One sentence for each wrong variable, without the value where it is a secret. */
  readonly problems: readonly string[];
  readonly wrongNames: readonly string[];
}

/** Checks each variable by itself; unknown names are passed over, blank values count as not set. */
export function parseVariables(environment: Readonly<Record<string, string | undefined>>): ParsedVariables {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => name in variables.shape && value !== undefined && value.trim() !== "",
    ),
  );
  const parsed = variables.safeParse(given);
  if (parsed.success) return { values: parsed.data, problems: [], wrongNames: [] };
  const wrongNames = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  const right = Object.fromEntries(Object.entries(given).filter(([name]) => !wrongNames.includes(name)));
  return {
    values: variables.parse(right),
    problems: wrongNames.map((name) => describeProblem(name as keyof Variables, given[name])),
    wrongNames,
  };
}

function describeProblem(name: keyof Variables, value: string | undefined): string {
  const { expected } = variables.shape[name].meta() as { expected: string };
  // A URL with a password before the host is refused for it, and must not be printed.
  const isSecret = SECRET.has(name) || value?.includes("@") === true;
  return `${name}: expected ${expected}, ${isSecret ? "what came is not shown" : `got ${JSON.stringify(value)}`}`;
}

function isUsableEndpoint(value: string): boolean {
  if (!URL.canParse(value.replaceAll("{regionId}", "region"))) return false;
  const url = new URL(value.replaceAll("{regionId}", "region"));
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
