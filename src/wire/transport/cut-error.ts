/**
 * What is whole at the beginning of an error in JSON that was cut off, as a text with an end: its code mostly stands in front of
 * what is long. That is the object up to its end, or to the last comma between its members; nothing if no member is whole. For
 * texts of some ten thousand characters.
 */
export function closeCutError(text: string): string {
  let depth = 0;
  let end = -1;
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\],]/gs)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (token === "," && depth === 1) end = index;
    if (depth === 0) return text.slice(0, index + 1);
  }
  return end === -1 ? "" : `${text.slice(0, end)}}`;
}
