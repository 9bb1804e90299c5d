import { CommandError, toLine } from "./terminal/index.ts";

/** Names of fields begin with a small letter; ids of the gateway begin with a capital, and those of the upstreams hold a dash. */
const FIELDS = /^[a-z][A-Za-z.]*(,[a-z][A-Za-z.]*)*$/;
/**
 * `--json field,…` and `--json=field,…` as commander can read them; it would take any word behind `--json` for the fields.
 * @param commands names of commands, which are no fields
 * @throws CommandError for `--json=` without fields
 */
export function separateFields(words: readonly string[], commands: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    if (word.startsWith("--json=")) return ["--json", "--fields", readGiven(word.slice("--json=".length))];
    return words[at - 1] === "--json" && FIELDS.test(word) && !commands.includes(word) ? ["--fields", word] : [word];
  });
}

function readGiven(fields: string): string {
  if (!/[^,\s]/.test(fields)) throw new CommandError(`\`--json\`: expected fields behind =, got "${toLine(fields)}".`);
  return fields;
}

/**
 * The value of a field such as `command.name`; null if what it is within is null.
 * @throws CommandError, in the name of `flag`, for a field that the row does not have
 */
export function readField(row: unknown, field: string, flag: string): unknown {
  return field.split(".").reduce<unknown>((found, key) => {
    if (found === null) return null;
    if (typeof found === "object" && Object.hasOwn(found, key)) return Reflect.get(found, key);
    const fields = typeof row === "object" && row !== null ? Object.keys(row).join(", ") : "no field";
    throw new CommandError(`\`${flag}\`: expected some of ${fields}, got "${toLine(field)}".`);
  }, row);
}
