/** Any text as one that the database takes: without NUL and lone surrogates, another one for each text. */
export function toKeyText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
