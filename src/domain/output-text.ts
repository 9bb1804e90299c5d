/**
 * Takes terminal control sequences out of a text: colours, cursor moves, titles, hyperlinks, in their 7-bit and 8-bit forms
 * (ECMA-48 sections 5.3 to 5.6). What belongs to no sequence stays. A control string that is never ended loses its introducer
 * only, so that no log line vanishes. Time is linear in the length of the text.
 */
export function stripAnsi(text: string): string {
  return HAS_INTRODUCER.test(text) ? text.replace(SEQUENCE, "") : text;
}

/** The first `count` lines with their line ends; the whole text where it has fewer. */
export function firstLines(text: string, count: number): string {
  let end = 0;
  for (let line = 0; line < count && end < text.length; line += 1) end = endOfLine(text, end);
  return text.slice(0, end);
}

/** The last `count` lines with their line ends; the whole text where it has fewer. */
export function lastLines(text: string, count: number): string {
  let start = text.length;
  for (let line = 0; line < count && start > 0; line += 1) start = startOfLine(text, start);
  return text.slice(start);
}

/** The longest beginning of `text` that takes at most `maxBytes` bytes of UTF-8 and ends between two characters. */
export function limitBytes(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return "";
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 <= maxBytes) return text;
  const room = new Uint8Array(Math.min(maxBytes, text.length * 3));
  return text.slice(0, new TextEncoder().encodeInto(text, room).read);
}

/** How many lines a text has: each ends with LF or CRLF, the last one also without; an empty text has none. */
export function countLines(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at = endOfLine(text, at)) count += 1;
  return count;
}

/** The lines of a text without their line ends, counted as {@link countLines} does. */
export function splitLines(text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split(LINE_END);
  return text.endsWith("\n") ? lines.slice(0, -1) : lines;
}

const LINE_END = /\r?\n/;

/** Where the line that goes on at `from` has ended with its line end: the next one begins there. */
export function endOfLine(text: string, from: number): number {
  const lineFeed = text.indexOf("\n", from);
  return lineFeed < 0 ? text.length : lineFeed + 1;
}

/** A line without its line end, LF or CRLF. */
export function withoutLineEnd(line: string): string {
  if (!line.endsWith("\n")) return line;
  return line.slice(0, line.endsWith("\r\n") ? -2 : -1);
}

function startOfLine(text: string, end: number): number {
  // The line feed right before `end` ends the line that is looked for; with end = 1 there is nothing left of it.
  return end < 2 ? 0 : text.lastIndexOf("\n", end - 2) + 1;
}

// Bodies exclude every introducer, so that no stretch of text is read again for the next one.
const SEQUENCE_PARTS: readonly string[] = [
  // Control sequence: parameters, intermediates, final byte; the final is missing where the text was cut.
  "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?",
  // Operating system command: ended by BEL or ST, on one line.
  "(?:\\u001b\\]|\\u009d)(?:[^\\u0007\\n\\u001b\\u0080-\\u009f]*(?:\\u0007|\\u001b\\\\|\\u009c))?",
  // Device control, start of string, privacy message, application program command: ended by ST.
  "(?:\\u001b[PX^_]|[\\u0090\\u0098\\u009e\\u009f])(?:[^\\u001b\\u0080-\\u009f]*(?:\\u001b\\\\|\\u009c))?",
  // Any other escape sequence, and a lone ESC.
  "\\u001b[ -/]*[0-~]?",
];
const SEQUENCE = new RegExp(SEQUENCE_PARTS.join("|"), "g");
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const HAS_INTRODUCER = /[\u001b\u0090-\u009f]/;
