import { accessSync, constants, lstatSync, readlinkSync, statSync } from "node:fs";
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
 * Why lines cannot be appended to this file: an error code, or what it is instead of a regular file; null if they can. Neither makes nor opens
 * the file, since opening a FIFO is seen at its other end. The folder has to take files too, since a long audit is renamed.
 */
export function whyAppendingFails(path: string): string | null {
  try {
    accessSync(`${dirname(path)}/.`, constants.W_OK | constants.X_OK);
    const file = statSync(path, { throwIfNoEntry: false });
    if (file === undefined) {
      const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
      // A link that leads to nothing: the file is made where it leads.
      if (isLink) return whyAppendingFails(resolve(dirname(path), readlinkSync(path)));
      return path.endsWith("/") ? "EISDIR" : null;
    }
    if (file.isDirectory()) return "EISDIR";
    if (!file.isFile()) return "no regular file";
    accessSync(path, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
  }
}
