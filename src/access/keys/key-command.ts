import { parseArgs } from "node:util";
import { readDate } from "../file/index.ts";
import { createKey, type NewKey } from "./key.ts";

const USAGE = "Usage: npm run key -- --name NAME --roles ROLE,ROLE [--expires 2027-01-01]";
const OPTIONS = { name: { type: "string" }, roles: { type: "string" }, expires: { type: "string" } } as const;

/**
 * The text that `npm run key` prints: a new key, and the line for `keys` of the access file.
 * @param now epoch milliseconds
 * @throws Error with a message for people if the arguments cannot be used.
 */
export function runKeyCommand(args: readonly string[], now: number, make: () => NewKey = createKey): string {
  const { name, roles = "", expires } = parse(args);
  if (name === undefined || name.trim() === "") throw new Error(`\`--name\`: expected a name, got nothing.\n${USAGE}`);
  if (expires !== undefined && !((readDate(expires) ?? 0) > now)) {
    const expected = "a date to come as 2027-01-01, or an instant with a zone";
    throw new Error(`\`--expires\`: expected ${expected}, got ${JSON.stringify(expires)}.\n${USAGE}`);
  }
  const { key, sha256 } = make();
  const line = { name, sha256, roles: roles.split(",").filter((role) => role !== ""), ...(expires && { expires }) };
  return [
    "The key, shown this once:",
    "",
    `  ${key}`,
    "",
    "The line for `keys` in the access file:",
    "",
    `  - ${JSON.stringify(line)}`,
  ].join("\n");
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : "The arguments cannot be read."}\n${USAGE}`);
  }
}
