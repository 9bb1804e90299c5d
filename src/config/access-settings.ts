import { type AccessFile, AccessFileError, readAccessFile } from "#access";
import { readSettingFile } from "./setting-file.ts";

/** The access file as the process starts with it. */
export interface AccessSettings {
  readonly path: string;
  readonly file: AccessFile;
}

/**
 * Reads the access file; what is wrong with it is added to `problems`.
 * @param accounts aliases that the settings declare; those of the embedded upstream are one, `default`
 */
export function readAccessSettings(
  path: string | undefined,
  accounts: readonly string[],
  readFile: (path: string) => string,
  problems: string[],
): AccessSettings | null {
  if (path === undefined) return null;
  const text = readSettingFile("ACCESS_FILE", path, readFile, problems);
  if (text === null) return null;
  try {
    return { path, file: readAccessFile(text, path, { accounts: accounts.length === 0 ? ["default"] : accounts }) };
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    problems.push(...error.problems.map((problem) => `ACCESS_FILE: ${problem}`));
    return null;
  }
}
