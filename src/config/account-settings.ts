import { type AccountSettings, type AccountsFile, checkIdentities, parseAccountsFile } from "./accounts.ts";
import { chooseUpstream } from "./setting-choices.ts";
import type { Variables } from "./settings.ts";

/** The account of the variables, and those of the accounts file; what is wrong with them is added to `problems`. */
export function readAccounts(
  values: Variables,
  readFile: (path: string) => string,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): AccountsFile {
  const accounts: AccountSettings[] = [];
  const keyId = values.ALIBABA_CLOUD_ACCESS_KEY_ID;
  const secret = values.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
  if ((keyId === undefined) !== (secret === undefined)) {
    const missing = keyId === undefined ? "ALIBABA_CLOUD_ACCESS_KEY_ID" : "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
    problems.push(`${missing}: expected a value, since the other half of the key pair is set; it is missing`);
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
  const file: AccountsFile =
    values.ACCOUNTS_FILE === undefined
      ? { accounts: [], aliases: [], variables: [] }
      : parseAccountsFile(values.ACCOUNTS_FILE, readFile, environment, problems);
  checkAliases([...accounts.map(({ alias }) => alias), ...file.aliases], problems);
  accounts.push(...file.accounts);
  checkIdentities(accounts, environment, problems);
  checkAccounts(values, accounts, problems);
  return { ...file, accounts };
}

function checkAliases(aliases: readonly string[], problems: string[]): void {
  for (const alias of new Set(aliases.filter((alias, index) => aliases.indexOf(alias) !== index))) {
    problems.push(
      `ACCOUNTS_FILE: expected every alias once, got ${JSON.stringify(alias)} twice (ECS_REGIONS and SWAS_REGIONS make the account "default")`,
    );
  }
}

function checkAccounts(values: Variables, accounts: readonly AccountSettings[], problems: string[]): void {
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

/** Proxies of the environment that no request could go through, unless the embedded upstream is read. */
export function checkProxies(
  values: Variables,
  environment: Readonly<Record<string, string | undefined>>,
  accounts: readonly AccountSettings[],
  problems: string[],
): void {
  if (chooseUpstream(values, accounts) === "embedded") return;
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((one) => [one, one.toLowerCase()])) {
    const value = environment[name];
    if (value && !/^https?:\/\/[^/]/i.test(value)) {
      problems.push(
        `${name}: expected an http or https URL such as http://proxy.example.com:3128, what came is not shown`,
      );
    }
  }
}
