import { type AccessFile, AccessFileError, type KnownAccount, readAccessFile } from "#access";
import { readSettingFile } from "./setting-file.ts";

/** The access file as the process starts with it. */
export interface AccessSettings {
  readonly path: string;
  readonly file: AccessFile;
}

const EMBEDDED: KnownAccount = { alias: "default", ecsRegions: ["all"], swasRegions: ["all"] };

/**
 * Reads the access file; what is wrong with it is added to `problems`.
 * @param accounts those that the settings declare; the embedded upstream has one, `default`
 */
export function readAccessSettings(
  path: string | undefined,
  accounts: readonly KnownAccount[],
  readFile: (path: string) => string,
  problems: string[],
): AccessSettings | null {
  if (path === undefined) return null;
  const text = readSettingFile("ACCESS_FILE", path, readFile, problems);
  if (text === null) return null;
  try {
    return { path, file: readAccessFile(text, path, { accounts: accounts.length === 0 ? [EMBEDDED] : accounts }) };
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    problems.push(...error.problems.map((problem) => `ACCESS_FILE: ${problem}`));
    return null;
  }
}
