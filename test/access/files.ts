import { type AccessFile, type KnownAccount, readAccessFile } from "#access";

/** Accounts of which every region is read. */
export function knownAccounts(...aliases: readonly string[]): readonly KnownAccount[] {
  return aliases.map((alias) => ({ alias, ecsRegions: ["all"], swasRegions: ["all"] }));
}

/** An access file out of members; JSON is YAML. */
export function accessFile(members: Record<string, unknown>, accounts = ["production", "testing"]): AccessFile {
  return readAccessFile(JSON.stringify(members), "access.yml", { accounts: knownAccounts(...accounts) });
}

export const everything = { operators: { may: ["runs", "commands", "outputs"], sources: [{}] } };
