/** API keys: made here, shown once, kept as a hash. */
export { createKey, KEY_PREFIX } from "./key.ts";
export { runKeyCommand } from "./key-command.ts";
