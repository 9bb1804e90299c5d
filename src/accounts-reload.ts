import { type AccountSettings, type Config, SettingsError } from "#config";
import type { Telemetry } from "#domain";
import type { CredentialSettings } from "#wire";

/** What a reload works with. */
export interface AccountsReload {
  /** Reads every setting again. */
  readonly readConfig: () => Config;
  readonly telemetry: Telemetry;
  /** True if an account has the keys of another one now, whose runs would be mixed with those that are known. */
  readonly isOfOther: (before: AccountSettings, now: AccountSettings) => Promise<boolean>;
  /** Aborts if the file is to be read once more: what it said before does not count then. */
  readonly signal: AbortSignal;
  /** Credentials of the accounts whose source is another one now. */
  readonly replaceCredentials: (accounts: ReadonlyMap<string, CredentialSettings>) => void;
}

/**
 * Reads the accounts file again and takes the credentials in it. A file that cannot be used is refused with a line in the log, and
 * the one before stays. Other accounts or regions need a restart, and so do keys of another account; the log says so.
 *
 * @returns the accounts as they are known now.
 */
export async function reloadAccounts(
  before: readonly AccountSettings[],
  { readConfig, telemetry, isOfOther, signal, replaceCredentials }: AccountsReload,
): Promise<readonly AccountSettings[]> {
  try {
    const { accounts } = readConfig();
    if (isSame(accounts, before)) return before;
    if (!isSame(accounts.map(toPlaces), before.map(toPlaces))) {
      const message = "ACCOUNTS_FILE names other accounts or regions now: restart the gateway to read them";
      telemetry.notice({ level: "warn", message });
    }
    const changed: AccountSettings[] = [];
    for (const account of accounts) {
      const { alias } = account;
      const old = before.find((one) => one.alias === alias);
      if (old === undefined || isSame(old.credentials, account.credentials)) continue;
      if (await isOfOther(old, account)) {
        const message = `ACCOUNTS_FILE gives account ${alias} the keys of another account, which are not used: restart the gateway to read that one`;
        telemetry.notice({ level: "error", message });
      } else changed.push(account);
    }
    replaceCredentials(new Map(changed.map(({ alias, credentials }) => [alias, credentials])));
    const message = `ACCOUNTS_FILE was read again: ${changed.length} of ${before.length} accounts have other credentials`;
    telemetry.notice({ level: "info", message, details: { accounts: changed.map(({ alias }) => alias) } });
    return before.map((account) => changed.find(({ alias }) => alias === account.alias) ?? account);
  } catch (error) {
    if (signal.aborted) return before;
    if (!(error instanceof SettingsError)) throw error;
    const message = "ACCOUNTS_FILE has changed and cannot be used: the accounts stay as they were";
    telemetry.notice({ level: "error", message, details: { problems: error.problems } });
    return before;
  }
}

/** An account without its keys: its alias, and its regions of every product. */
function toPlaces(account: AccountSettings): object {
  return { ...account, credentials: null };
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
