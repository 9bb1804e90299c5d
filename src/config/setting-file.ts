import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";

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

/** True if files can be made beside this path, and it can be written if it is there. */
export function isWritable(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    // Of the two, only the file itself may be absent.
    return (
      error instanceof Error && "code" in error && error.code === "ENOENT" && "path" in error && error.path === path
    );
  }
}
