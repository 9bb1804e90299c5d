/**
 * What is whole at the beginning of an error that was cut off, as a text with an end: its code mostly stands in front of what is
 * long. Null if no member is whole. For texts of some ten thousand characters.
 */
export function closeCutError(text: string): string | null {
  return text.startsWith("<") ? closeXml(text) : closeJson(text);
}

/** The object up to its end, or to the last comma between its members. */
function closeJson(text: string): string | null {
  let depth = 0;
  let end = -1;
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\],]/gs)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (token === "," && depth === 1) end = index;
    if (depth === 0) return text.slice(0, index + 1);
  }
  return end === -1 ? null : `${text.slice(0, end)}}`;
}

// A section without an end goes as far as the text; no tag holds a `<`, and none is tried with a part of its name.
// So every text is looked through once.
const COMMENT = /<!--.*?(?:-->|$)/;
const CDATA = /<!\[CDATA\[.*?(?:\]\]>|$)/;
const INSTRUCTION = /<\?.*?(?:\?>|$)/;
const TAG = /<(\/?)([^\s<>/"'!?]+)(?=[\s/>])(?:[^<>"'/]|"[^"<]*"|'[^'<]*'|\/(?!>))*(\/?)>/;
const MARKUP = new RegExp([COMMENT, CDATA, INSTRUCTION, TAG].map(({ source }) => source).join("|"), "gs");

/** The document up to its end, or to the last end of an element right within its root. */
function closeXml(text: string): string | null {
  let root: string | null = null;
  let depth = 0;
  let end = -1;
  for (const { 0: tag, 1: isEnd, 2: name, 3: isEmpty, index } of text.matchAll(MARKUP)) {
    if (name === undefined) continue;
    root ??= name;
    if (isEnd) depth -= 1;
    else if (!isEmpty) depth += 1;
    if (depth === 1 && (isEnd || isEmpty)) end = index + tag.length;
    if (depth === 0) return text.slice(0, index + tag.length);
  }
  return end === -1 ? null : `${text.slice(0, end)}</${root}>`;
}
