/** Most characters of an output that are shown at once; a download holds all of them. */
export const MAX_SHOWN_CHARACTERS = 8_000_000;

/** The end of a text, from the start of a line on if there is one, and how many characters in front of it are left out. */
export function boundText(text: string, limit: number): { readonly text: string; readonly hidden: number } {
  if (text.length <= limit) return { text, hidden: 0 };
  const from = text.length - limit;
  const lineFeed = text.indexOf("\n", from);
  const start = lineFeed < 0 || lineFeed + 1 >= text.length ? from : lineFeed + 1;
  return { text: text.slice(start), hidden: start };
}
