import { homedir } from "node:os";
import { join } from "node:path";
import type { CredentialSettings } from "#wire";
import type { AccountSettings } from "./accounts.ts";
import { chooseUpstream } from "./setting-choices.ts";
import type { Variables } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;

/**
 * Looks for the profiles that accounts name, unless the embedded upstream is read; a profile in no file of the vendor's is added to
 * `problems`.
 * @returns one sentence if the default chain is told a profile that is not there: it goes on to other sources, which may have keys
 */
export function checkProfiles(
  values: Variables,
  environment: Environment,
  accounts: readonly AccountSettings[],
  readFile: ReadFile,
  problems: string[],
): readonly string[] {
  if (chooseUpstream(values, accounts) === "embedded") return [];
  const sources = accounts.map(({ alias, credentials }) => ({ alias, source: originOf(credentials) }));
  for (const { alias, source } of sources) {
    const absence = source.type === "profile" ? whyAbsent(source.name, environment, readFile) : null;
    if (absence !== null)
      problems.push(
        `ACCOUNTS_FILE: account ${JSON.stringify(alias)}: expected a profile that is there, got ${absence}`,
      );
  }
  const { ALIBABA_CLOUD_PROFILE: name } = environment;
  const absence =
    name && sources.some(({ source }) => source.type === "default") ? whyAbsent(name, environment, readFile) : null;
  return absence === null ? [] : [`ALIBABA_CLOUD_PROFILE: the default chain passes over ${absence}`];
}

/** Where the keys of an account come from in the end. */
function originOf(credentials: CredentialSettings): CredentialSettings {
  return credentials.type === "ram_role_arn" ? originOf(credentials.source) : credentials;
}

/** The profile, and why each of the vendor's files does not hold it; null if one of them does. */
function whyAbsent(name: string, environment: Environment, readFile: ReadFile): string | null {
  const isCliUsed = environment.ALIBABA_CLOUD_CLI_PROFILE_DISABLED?.toLowerCase() !== "true";
  const shared = environment.ALIBABA_CLOUD_CREDENTIALS_FILE || join(homedir(), ".alibabacloud", "credentials");
  const files = [
    ...(isCliUsed ? [{ path: join(homedir(), ".aliyun", "config.json"), namesIn: namesInConfig }] : []),
    { path: shared, namesIn: namesInSections },
  ];
  const reasons: string[] = [];
  for (const { path, namesIn } of files) {
    try {
      if (namesIn(readFile(path)).includes(name)) return null;
      reasons.push(`${JSON.stringify(path)} (has no such profile)`);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "cannot be read";
      reasons.push(`${JSON.stringify(path)} (${code})`);
    }
  }
  return `${JSON.stringify(name)}, looked for in ${reasons.join(" and ")}`;
}

function namesInConfig(text: string): readonly unknown[] {
  const { profiles }: { readonly profiles?: unknown } = Object(JSON.parse(text));
  return Array.isArray(profiles) ? profiles.map((profile) => Object(profile).name) : [];
}

/** Names of the sections of an INI file. */
function namesInSections(text: string): readonly string[] {
  return Array.from(text.matchAll(/^\s*\[\s*["']?([^\]]*?)["']?\s*\]/gm), ([, name = ""]) => name);
}
