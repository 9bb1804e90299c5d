import { z } from "zod";
import { PROVIDERS } from "#domain";
import { LIMIT_NAMES } from "../limits/index.ts";
import { MAX_GLOB_LENGTH } from "../patterns/index.ts";
import { KINDS } from "../rights/index.ts";
import { ALGORITHMS, isCidr, isIssuer, readDate } from "./texts.ts";

// The message of every check is what was expected; who reports it adds the place and what came.
const text = z.string({ error: "a text" }).min(1, { error: "a text" }).max(2000, { error: "at most 2,000 characters" });
const matching = (isGood: (value: string) => boolean, expected: string) => text.refine(isGood, { error: expected });
// The library's own checks of a length look at a text's, too.
const listOf = <Member extends z.ZodType>(member: Member, max: number) =>
  z.array(member, { error: "a list" }).refine(({ length }) => length <= max, { error: `at most ${max} members` });
const filled = <Member extends z.ZodType>(member: Member, max: number) =>
  listOf(member, max).refine(({ length }) => length > 0, { error: "at least one member" });
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });

const glob = text.max(MAX_GLOB_LENGTH, { error: `at most ${MAX_GLOB_LENGTH} characters` });
const headerName = matching((value) => /^[A-Za-z0-9-]+$/.test(value), "the name of a header").transform((value) =>
  value.toLowerCase(),
);
const name = matching(
  (value) => /^[\p{L}\p{N}][\p{L}\p{N}@._:/ -]{0,99}$/u.test(value),
  "a name of at most 100 characters",
);

const oidc = z.strictObject({
  issuer: matching(isIssuer, "an https URL without query and fragment (plain http to loopback only)"),
  audience: z.union([text.transform((value) => [value]), filled(text, 20)], { error: "a text or a list of texts" }),
  algorithms: filled(
    z.enum(ALGORITHMS, { error: `one of ${ALGORITHMS.join(", ")} (never none, never HMAC)` }),
    ALGORITHMS.length,
  ).default(["RS256", "ES256"]),
  rolesClaim: text.default("groups"),
  nameClaim: text.default("preferred_username"),
  clientId: text.nullable().default(null),
});

const proxy = z.strictObject({
  from: filled(matching(isCidr, "an address and the length of its prefix, as 10.0.0.0/8"), 100),
  userHeader: headerName,
  rolesHeader: headerName.nullable().default(null),
});

const key = z.strictObject({
  name,
  sha256: matching(
    (value) => /^[0-9a-fA-F]{64}$/.test(value),
    "64 hexadecimal digits, as npm run key prints them",
  ).transform((value) => value.toLowerCase()),
  roles: listOf(text, 100),
  expires: matching((value) => readDate(value) !== null, "a date as 2027-01-01, or an instant with a zone")
    .transform((value) => readDate(value))
    .nullable()
    .default(null),
});

const role = z.strictObject({
  may: filled(z.enum(KINDS, { error: `one of ${KINDS.join(", ")}` }), KINDS.length),
  sources: filled(
    z.strictObject({
      account: glob.nullable().default(null),
      provider: oneOf(PROVIDERS).nullable().default(null),
      regions: filled(glob, 100).nullable().default(null),
    }),
    200,
  ),
  commandNames: filled(glob, 100).nullable().default(null),
});

const redactionRule = z.strictObject({
  pattern: text.max(500, { error: "at most 500 characters" }).optional(),
  parameter: glob.optional(),
  replaceWith: z.string({ error: "a text" }).max(200, { error: "at most 200 characters" }).optional(),
});

const count = z.int({ error: "a whole number from 0" }).min(0, { error: "a whole number from 0" });
const limits = z.partialRecord(z.enum(LIMIT_NAMES), count, { error: "a map of limits" });

/** The access file as it is written; what refers to something else in it is checked afterwards. */
export const accessFileShape = z.strictObject({
  oidc: listOf(oidc, 20).default([]),
  proxy: proxy.nullable().default(null),
  keys: listOf(key, 2000).default([]),
  roles: z.record(name, role, { error: "a map of roles" }).default({}),
  everyone: listOf(text, 100).default([]),
  redact: listOf(redactionRule, 50).default([]),
  limits: z.record(z.string(), limits, { error: "a map from names of callers to limits" }).default({}),
});

/** What the shape makes of a file. */
export type AccessFileText = z.output<typeof accessFileShape>;
