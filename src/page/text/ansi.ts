/** A text without control sequences, and how its parts were to look. */
export interface StyledText {
  readonly text: string;
  /** Offsets in `text` at which another look begins, ascending. */
  readonly starts: readonly number[];
  /** Class names from the offset of the same index on; empty for the plain look. */
  readonly looks: readonly string[];
}

/**
 * Reads the colours of a terminal's output (ECMA-48, SGR) and drops every other control sequence. Colours of 256 and 16 million
 * become the nearest of the sixteen that each theme can show legibly. A progress bar shows its last state: what a lone carriage
 * return overwrote is left out. Other control characters become their pictures. Time is linear in the length.
 */
export function readAnsi(source: string): StyledText {
  const settled = settle(source);
  if (!INTRODUCER.test(settled)) return { text: drawControls(settled), starts: [], looks: [] };
  const parts: string[] = [];
  const starts: number[] = [];
  const looks: string[] = [];
  let look: Look = PLAIN;
  let length = 0;
  let from = 0;
  for (const match of settled.matchAll(SEQUENCE)) {
    const part = drawControls(settled.slice(from, match.index));
    parts.push(part);
    length += part.length;
    from = match.index + match[0].length;
    if (match[1] === undefined) continue;
    look = applySgr(look, match[1]);
    starts.push(length);
    looks.push(toClassNames(look));
  }
  parts.push(drawControls(settled.slice(from)));
  return { text: parts.join(""), starts, looks };
}

interface Look {
  readonly foreground: number | null;
  readonly background: number | null;
  readonly flags: ReadonlySet<string>;
}

const PLAIN: Look = { foreground: null, background: null, flags: new Set() };

const FLAGS: Readonly<Record<number, string>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
};
const CLEARS: Readonly<Record<number, readonly string[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
};

function applySgr(look: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map(Number);
  let current = look;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { color, length } = readExtended(codes, at + 1);
      current = code === 38 ? { ...current, foreground: color } : { ...current, background: color };
      at += length;
    } else current = applyCode(current, code);
  }
  return current;
}

function applyCode(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  const flag = FLAGS[code];
  if (flag !== undefined) return { ...look, flags: new Set([...look.flags, flag]) };
  const cleared = CLEARS[code];
  if (cleared !== undefined)
    return { ...look, flags: new Set([...look.flags].filter((one) => !cleared.includes(one))) };
  if (code >= 30 && code <= 37) return { ...look, foreground: code - 30 };
  if (code >= 90 && code <= 97) return { ...look, foreground: code - 82 };
  if (code === 39) return { ...look, foreground: null };
  if (code >= 40 && code <= 47) return { ...look, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...look, background: code - 92 };
  return code === 49 ? { ...look, background: null } : look;
}

/** `5;n` or `2;r;g;b` behind 38 and 48; `length` is how many codes it takes. */
function readExtended(
  codes: readonly number[],
  at: number,
): { readonly color: number | null; readonly length: number } {
  if (codes[at] === 5) return { color: fromPalette(codes[at + 1] ?? 0), length: 2 };
  if (codes[at] === 2) return { color: nearest(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), length: 4 };
  return { color: null, length: 0 };
}

function fromPalette(index: number): number | null {
  if (index < 16) return index;
  if (index > 255) return null;
  if (index >= 232) return nearest((index - 232) * 10 + 8, (index - 232) * 10 + 8, (index - 232) * 10 + 8);
  const step = (value: number): number => (value === 0 ? 0 : value * 40 + 55);
  const cube = index - 16;
  return nearest(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6));
}

/** One of the sixteen: each channel is on if it is at least half of the strongest; bright if that one is. */
function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  if (most < 64) return most < 32 ? 0 : 8;
  const isOn = (channel: number): number => (channel * 2 > most ? 1 : 0);
  const color = isOn(red) + isOn(green) * 2 + isOn(blue) * 4;
  return color === 7 && most < 192 ? 8 : color + (most >= 192 ? 8 : 0);
}

function toClassNames({ foreground, background, flags }: Look): string {
  const names = [...flags].sort();
  if (foreground !== null) names.push(`fg${foreground}`);
  if (background !== null) names.push(`bg${background}`);
  return names.join(" ");
}

function settle(source: string): string {
  if (!source.includes("\r")) return source;
  return source.replace(/\r+(?=\n|$)/g, "").replace(/^[^\n]*\r/gm, "");
}

function drawControls(text: string): string {
  return text.replace(CONTROLS, (one) => {
    const code = one.charCodeAt(0);
    return code === 0x7f ? "\u2421" : code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
  });
}

// Bodies exclude every introducer, so that no stretch of text is read again for the next one.
const SEQUENCE_PARTS: readonly string[] = [
  "(?:\\u001b\\[|\\u009b)([\\d;:]*)m",
  "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?",
  "(?:\\u001b\\]|\\u009d)(?:[^\\u0007\\n\\u001b\\u0080-\\u009f]*(?:\\u0007|\\u001b\\\\|\\u009c))?",
  "(?:\\u001b[PX^_]|[\\u0090\\u0098\\u009e\\u009f])(?:[^\\u001b\\u0080-\\u009f]*(?:\\u001b\\\\|\\u009c))?",
  "\\u001b[ -/]*[0-~]?",
];
const SEQUENCE = new RegExp(SEQUENCE_PARTS.join("|"), "g");
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const INTRODUCER = /[\u001b\u0090-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
