import { z } from "zod";
import { type KnownAccount, type Place, readSourceText } from "#access";
import type { Provider } from "#domain";
import type { CredentialSettings } from "#wire";
import { type DeclaredCredentials, declaredCredentials } from "./credential-settings.ts";
import { HEADER_TEXT_EXPECTED, isHeaderText } from "./header-text.ts";
import { mapping, refuse, toFaults } from "./mapping.ts";
import { readSettingFile } from "./setting-file.ts";

/** One account: its alias in the API, its keys, and the regions to read: of each product region ids, or `all` among them. */
export interface AccountSettings extends KnownAccount {
  readonly credentials: CredentialSettings;
}

/** Regions of a product, as an account names them: ids, or `all` among them. */
export function regionsOf(account: AccountSettings, provider: Provider): readonly string[] {
  return account[`${provider.toLowerCase() as Lowercase<Provider>}Regions`];
}

/** What an accounts file declares. */
export interface AccountsFile {
  readonly accounts: readonly AccountSettings[];
  /** Their aliases as far as they can be read, also if the file is refused for something else. */
  readonly aliases: readonly string[];
  /** Variables of the environment that the accounts read. */
  readonly variables: readonly string[];
}

const EXPECTED_REGIONS = "a list of region ids, or all";
const regionId = z
  .string({ error: "a region id" })
  .regex(/^([a-z]{2,3}(-[a-z0-9]+)+|all)$/, { error: "a region id such as cn-hangzhou, or all" });
const regionList = z
  .unknown()
  .transform((given, context) => {
    const parsed = z.array(regionId, { error: EXPECTED_REGIONS }).safeParse(given === "all" ? ["all"] : given);
    if (parsed.success) return parsed.data;
    return refuse(parsed.error, context);
  })
  .default([]);

const EXPECTED_ALIAS = "1 to 63 letters, digits or any of ._-, the first a letter or digit";
const account = mapping({
  alias: z.string({ error: EXPECTED_ALIAS }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, { error: EXPECTED_ALIAS }),
  credentials: declaredCredentials.default({ type: "default" }),
  ecsRegions: regionList,
  swasRegions: regionList,
}).refine((value) => value.ecsRegions.length + value.swasRegions.length > 0, {
  path: ["ecsRegions"],
  message: "at least one region in ecsRegions or swasRegions",
});

const accountList = z.array(account, { error: "a list of accounts" }).min(1, { error: "at least one account" });
const accountsFile = mapping({ accounts: accountList }).transform(({ accounts }) => accounts);

// A key that stands where the name of its variable belongs mixes upper and lower case.
const VARIABLE_NAME = /^([A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*)$/;

/** Keys whose value may be shown when it is wrong; every other one may be a secret, or stand where one belongs. */
const SHOWN = new Set(["type", "alias", "durationSeconds", "disableImdsV1", "ecsRegions", "swasRegions"]);
const isSecret = (place: Place) => !SHOWN.has(String(place.findLast((step) => typeof step === "string")));

/**
 * Accounts of a JSON or YAML file; what is wrong with it is added to `problems`, with the place, what was expected and, unless it may
 * be a secret, what came.
 */
export function parseAccountsFile(
  path: string,
  readFile: (path: string) => string,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): AccountsFile {
  const { declared, aliases } = readDeclared(path, readFile, problems);
  const variables: string[] = [];
  const accounts = declared.map(({ credentials, ...rest }) => {
    const read = (name: string) => {
      variables.push(name);
      const value = environment[name];
      if (value && isHeaderText(value)) return value;
      if (value) problems.push(`${name}: expected ${HEADER_TEXT_EXPECTED}, what came is not shown`);
      else {
        const named = VARIABLE_NAME.test(name) ? name : "a variable whose name is not shown";
        problems.push(
          `${named}: expected a value, since account ${JSON.stringify(rest.alias)} reads it; it is missing`,
        );
      }
      return "";
    };
    return { ...rest, credentials: resolveCredentials(credentials, read) };
  });
  return { accounts, aliases, variables };
}

const named = z.array(z.object({ alias: z.string() }).catch({ alias: "" }));

/** As far as they can be read, since one that comes twice is told beside whatever else is wrong. */
function aliasesOf(content: unknown): readonly string[] {
  const list = named.safeParse(Array.isArray(content) ? content : Object(content).accounts);
  return list.success ? list.data.flatMap(({ alias }) => alias || []) : [];
}

function readDeclared(
  path: string,
  readFile: (path: string) => string,
  problems: string[],
): { readonly declared: z.output<typeof accountList>; readonly aliases: readonly string[] } {
  const text = readSettingFile("ACCOUNTS_FILE", path, readFile, problems);
  if (text === null) return { declared: [], aliases: [] };
  const source = readSourceText(text, path, isSecret);
  const parsed = (Array.isArray(source.content) ? accountList : accountsFile).safeParse(source.content);
  const aliases = aliasesOf(source.content);
  if (parsed.success) return { declared: parsed.data, aliases };
  const found = source.problems.length > 0 ? source.problems : toFaults(parsed.error).map(source.describe);
  problems.push(...found.map((problem) => `ACCOUNTS_FILE: ${problem}`));
  return { declared: [], aliases };
}

/** Reads from the environment what the file only names there. */
function resolveCredentials(declared: DeclaredCredentials, read: (name: string) => string): CredentialSettings {
  switch (declared.type) {
    case "environment":
      return {
        type: "static",
        accessKeyId: read(declared.accessKeyId),
        accessKeySecret: read(declared.accessKeySecret),
        securityToken: declared.securityToken === null ? null : read(declared.securityToken),
      };
    case "ram_role_arn":
      return { ...declared, source: resolveCredentials(declared.source, read) };
    case "oidc":
      return {
        ...declared,
        oidcProviderArn: declared.oidcProviderArn ?? read("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
        oidcTokenFile: declared.oidcTokenFile ?? read("ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
      };
    default:
      return declared;
  }
}

/**
 * Two accounts with the same keys would show every run twice, or hide that one of them is not read at all. The default chain begins
 * with the keys of the environment.
 */
export function checkIdentities(
  accounts: readonly AccountSettings[],
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): void {
  const seen = new Map<string, string>();
  for (const { alias, credentials } of accounts) {
    if (credentials.type === "static" && credentials.accessKeyId === "") continue;
    const keyId =
      credentials.type === "static"
        ? credentials.accessKeyId
        : credentials.type === "default" && environment.ALIBABA_CLOUD_ACCESS_KEY_ID;
    const identity = keyId || JSON.stringify(credentials);
    const other = seen.get(identity);
    if (other === undefined) seen.set(identity, alias);
    else {
      problems.push(
        `ACCOUNTS_FILE: account ${JSON.stringify(alias)}: expected credentials of its own, got the same as account ${JSON.stringify(other)} (type ${credentials.type})`,
      );
    }
  }
}
