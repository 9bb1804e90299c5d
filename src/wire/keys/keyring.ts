import { type AccountKeys, createAccountKeys, type KeyringOptions, type MissingKeys } from "./account-keys.ts";
import type { Credential, CredentialSource } from "./credentials.ts";

/** The keys of every account. Reads of one account are shared; one account's failure touches no other. */
export interface Keyring {
  /** Null if the account has no keys now, or is not known at all. Waits no longer than the patience. */
  read(account: string): Promise<Credential | null>;
  /** Keys to try after the upstream refused `used`: newer ones if somebody has them already, else read anew. */
  renew(account: string, used: Credential): Promise<Credential | null>;
  /** Why the account has no keys, in words that continue "… of account default: …". */
  explain(account: string): MissingKeys;
  /** Takes other sources from now on; accounts that are not named keep theirs. */
  replace(accounts: ReadonlyMap<string, CredentialSource>): void;
}

/** Makes a keyring over the sources of the accounts, by alias, and begins to read all of them. */
export function createKeyring(accounts: ReadonlyMap<string, CredentialSource>, options: KeyringOptions): Keyring {
  const keys = new Map<string, AccountKeys>();
  const replace = (sources: ReadonlyMap<string, CredentialSource>) => {
    for (const [alias, source] of sources) {
      const opened = createAccountKeys(alias, source, options);
      keys.set(alias, opened);
      opened.read();
    }
  };
  replace(accounts);
  return {
    read: async (account) => keys.get(account)?.read() ?? null,
    renew: async (account, used) => keys.get(account)?.renew(used) ?? null,
    explain: (account) => keys.get(account)?.explain() ?? NOT_KNOWN,
    replace,
  };
}

const NOT_KNOWN: MissingKeys = {
  code: "UNAUTHENTICATED",
  says: "no such account",
  advice: "check the settings",
  retryable: false,
};
