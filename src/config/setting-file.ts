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
