import { accessSync, closeSync, constants, lstatSync, openSync, readlinkSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Text of the file that a setting names. If it cannot be read, that is added to `problems`.
 * @returns null if it cannot be read
 */
export function readSettingFile(
  setting: "ACCESS_FILE" | "ACCOUNTS_FILE",
  path: string,
  readFile: (path: string) => string,
  problems: string[],
): string | null {
  try {
    return readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    problems.push(`${setting}: expected a readable JSON or YAML file, got ${JSON.stringify(path)}${code}`);
    return null;
  }
}

/**
 * Why lines cannot be appended to this file, as an error code; null if they can. Neither makes the file nor changes it. The folder has to
 * take files too, since a long audit is renamed.
 */
export function whyAppendingFails(path: string): string | null {
  try {
    accessSync(`${dirname(path)}/.`, constants.W_OK | constants.X_OK);
    const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    if (!isThere) return path.endsWith("/") ? "EISDIR" : null;
    closeSync(openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY));
    return null;
  } catch (error) {
    const { code = "unknown reason", syscall }: NodeJS.ErrnoException = error instanceof Error ? error : new Error();
    if (code !== "ENOENT" || syscall !== "open") return code;
    // A link that leads to nothing: the file is made where it leads.
    return whyAppendingFails(resolve(dirname(path), readlinkSync(path)));
  }
}
