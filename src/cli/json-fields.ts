/** Names of fields begin with a small letter; ids of the gateway begin with a capital, and those of the upstreams hold a dash. */
const FIELDS = /^[a-z][A-Za-z.]*(,[a-z][A-Za-z.]*)*$/;
const COMMANDS = new Set([
  "list",
  "show",
  "output",
  "follow",
  "search",
  "stats",
  "sources",
  "open",
  "history",
  "export",
  "login",
  "logout",
  "completion",
  "help",
]);

/** `--json field,…` and `--json=field,…` as commander can read them; it would take any word behind `--json` for the fields. */
export function separateFields(words: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    if (word.startsWith("--json=")) return ["--json", "--fields", word.slice("--json=".length)];
    return words[at - 1] === "--json" && FIELDS.test(word) && !COMMANDS.has(word) ? ["--fields", word] : [word];
  });
}
