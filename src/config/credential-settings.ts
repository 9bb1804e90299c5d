import { z } from "zod";
import type { CredentialSettings } from "#wire";
import { HEADER_TEXT_EXPECTED, isHeaderText } from "./header-text.ts";
import { mapping, refuse } from "./mapping.ts";
import { nearestOf } from "./misspelt.ts";

/** Keys that stand in variables of the environment, so that a file without secrets can be kept in a repository. */
interface EnvironmentKeys {
  readonly type: "environment";
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string | null;
}

/** The credentials of an account as its file declares them. */
export type DeclaredCredentials =
  | EnvironmentKeys
  | Exclude<CredentialSettings, { readonly type: "ram_role_arn" | "oidc" }>
  | (Omit<Extract<CredentialSettings, { readonly type: "ram_role_arn" }>, "source"> & {
      readonly source: DeclaredCredentials;
    })
  | (Omit<Extract<CredentialSettings, { readonly type: "oidc" }>, "oidcProviderArn" | "oidcTokenFile"> & {
      readonly oidcProviderArn: string | null;
      readonly oidcTokenFile: string | null;
    });

const text = (error: string) => z.string({ error }).min(1, { error });
const secret = text("a text that is not empty");
const matching = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });
const key = z.string({ error: HEADER_TEXT_EXPECTED }).refine(isHeaderText, { error: HEADER_TEXT_EXPECTED });
const optional = secret.nullable().default(null);
const variable = text("the name of a variable");

const EXPECTED_URI = "an https URL without a password; plain http only to this machine";

const EXPECTED_POLICY = "a RAM policy, as a map or as JSON text";

const EXPECTED_DURATION = "a whole number from 900 to 43200";

const role = {
  roleArn: matching(/^acs:ram::[^:]+:role\/.+$/, "a role such as acs:ram::123456789012****:role/reader"),
  roleSessionName: matching(/^[\w.@-]{2,64}$/, "2 to 64 letters, digits or any of ._@-").default(
    "cloud-assistant-gateway",
  ),
  policy: z
    .union([z.string().refine(isJsonMap, { error: EXPECTED_POLICY }), z.record(z.string(), z.unknown())], {
      error: EXPECTED_POLICY,
    })
    .transform((policy) => (typeof policy === "string" ? policy : JSON.stringify(policy)))
    .nullable()
    .default(null),
  durationSeconds: z
    .int({ error: EXPECTED_DURATION })
    .min(900, { error: EXPECTED_DURATION })
    .max(43_200, { error: EXPECTED_DURATION })
    .default(3_600),
  stsEndpoint: matching(/^[a-z0-9.-]+(:\d+)?$/i, "a host such as sts-vpc.cn-hangzhou.aliyuncs.com")
    .nullable()
    .default(null),
};

const SHAPES: Readonly<Record<DeclaredCredentials["type"], z.ZodType<DeclaredCredentials>>> = {
  environment: mapping({
    type: z.literal("environment"),
    accessKeyId: variable.default("ALIBABA_CLOUD_ACCESS_KEY_ID"),
    accessKeySecret: variable.default("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    securityToken: variable.nullable().default(null),
  }),
  static: mapping({
    type: z.literal("static"),
    accessKeyId: key,
    accessKeySecret: key,
    securityToken: key.nullable().default(null),
  }),
  default: mapping({ type: z.literal("default") }),
  profile: mapping({ type: z.literal("profile"), name: text("the name of a profile") }),
  ram_role_arn: mapping({
    type: z.literal("ram_role_arn"),
    ...role,
    externalId: optional,
    source: z.lazy(() => declaredCredentials),
  }),
  oidc: mapping({
    type: z.literal("oidc"),
    ...role,
    oidcProviderArn: optional,
    oidcTokenFile: optional,
  }),
  ecs_ram_role: mapping({
    type: z.literal("ecs_ram_role"),
    roleName: optional,
    disableImdsV1: z.boolean({ error: "true or false" }).default(false),
  }),
  uri: mapping({
    type: z.literal("uri"),
    uri: z.string({ error: EXPECTED_URI }).refine(isUsableUri, { error: EXPECTED_URI }),
  }),
};

const TYPES = Object.keys(SHAPES);

/** The credentials of one account, of whatever type; a wrong type is refused with the types that there are. */
export const declaredCredentials: z.ZodType<DeclaredCredentials> = z.unknown().transform((given, context) => {
  const shape = chooseShape(given, (path, message) => context.addIssue({ code: "custom", path, message }));
  if (shape === null) return z.NEVER;
  const parsed = shape.safeParse(given);
  return parsed.success ? parsed.data : refuse(parsed.error, context);
});

type Report = (path: PropertyKey[], expected: string) => void;

function chooseShape(given: unknown, report: Report): z.ZodType<DeclaredCredentials> | null {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    report([], "a map with a `type`");
    return null;
  }
  const type: unknown = Reflect.get(given, "type");
  if (typeof type === "string" && isType(type)) return SHAPES[type];
  const slip = Object.keys(given).find((key) => nearestOf(key, ["type"]).slips <= 1);
  if (type === undefined && slip !== undefined) report([slip], "the key `type` here");
  else report(["type"], `one of ${TYPES.join(", ")}`);
  return null;
}

function isType(word: string): word is DeclaredCredentials["type"] {
  return Object.hasOwn(SHAPES, word);
}

function isJsonMap(text: string): boolean {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === "object" && content !== null && !Array.isArray(content);
  } catch {
    return false;
  }
}

const OWN_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|169\.254(\.\d{1,3}){2}|100\.100\.100\.200)$/;

function isUsableUri(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && OWN_MACHINE.test(hostname));
}
