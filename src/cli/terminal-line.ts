/**
 * A text as a terminal shows it in the end: a bar that was redrawn after each carriage return is there once, as it was last drawn.
 * Colours stay if they are wanted; whatever else could steer a terminal is obeyed within its line or dropped.
 */
export function toShown(text: string, hasColours: boolean): string {
  let look = "";
  const lines = text.split("\n").map((line) => {
    if (!STEERING.test(line)) return look === "" || line === "" ? line : `${look}${line}${RESET}`;
    const drawn = drawLine(line, hasColours, look);
    look = drawn.look;
    return drawn.text;
  });
  return lines.join("\n");
}

const ESCAPE = "\u001b";
const RESET = `${ESCAPE}[0m`;
const STEERING = /[^\P{Cc}\t]/u;

/** A look or a move within the line with its parameters; any other control sequence (ECMA-48, 5.4 and 5.6); one character. */
const CSI = `(?:${ESCAPE}\\[|\u009b)`;
const TOKEN = new RegExp(
  [
    `${CSI}(?<parameters>[\\d;:]*)(?<final>[mKGCD])`,
    `${CSI}[0-?]*[ -/]*[@-~]?`,
    `${ESCAPE}[\\]PX^_][^\u0007${ESCAPE}]*(?:\u0007|${ESCAPE}\\\\)?`,
    `${ESCAPE}[ -/]*[0-~]?`,
    "[\\s\\S]",
  ].join("|"),
  "gu",
);

interface Cell {
  readonly character: string;
  readonly look: string;
}

/** A line while it is drawn. */
interface Line {
  readonly cells: Cell[];
  at: number;
  look: string;
  isRedrawn: boolean;
}

const BLANK: Cell = { character: " ", look: "" };
/** No terminal is wider: a program far away must not fill our memory with blanks. */
const MAX_COLUMN = 4_096;
/** More than anybody combines before a reset. */
const MAX_LOOK = 64;

function drawLine(given: string, hasColours: boolean, look: string): { text: string; look: string } {
  const line: Line = { cells: [], at: 0, look, isRedrawn: false };
  // A carriage return at the end is half of a line end.
  for (const { 0: token, groups } of given.replace(/\r$/, "").matchAll(TOKEN)) {
    if (groups?.final === undefined) put(line, token);
    else if (groups.final !== "m") move(line, groups.final, Number.parseInt(groups.parameters ?? "", 10));
    else if (hasColours) line.look = mix(line.look, groups.parameters ?? "");
  }
  const text = paint(line.cells);
  return { text: line.isRedrawn ? text.trimEnd() : text, look: line.look };
}

function put(line: Line, token: string): void {
  if (token === "\r") {
    line.at = 0;
    line.isRedrawn = true;
  } else if (token === "\b") line.at = Math.max(0, line.at - 1);
  else if (!STEERING.test(token)) {
    while (line.cells.length < line.at) line.cells.push(BLANK);
    line.cells[line.at] = { character: token, look: line.look };
    line.at += 1;
  }
}

/** `K` erases from the cursor on, up to it, or the line; `G`, `C` and `D` put the cursor to a column, right and left. */
function move(line: Line, final: string, count: number): void {
  if (final === "K") erase(line, count || 0);
  else if (final === "G") line.at = Math.min(MAX_COLUMN, (count || 1) - 1);
  else if (final === "C") line.at = Math.min(Math.max(MAX_COLUMN, line.at), line.at + (count || 1));
  else line.at = Math.max(0, line.at - (count || 1));
}

function erase({ cells, at }: Line, which: number): void {
  if (which === 0) cells.length = Math.min(cells.length, at);
  else if (which === 1) cells.fill(BLANK, 0, at + 1);
  else cells.length = 0;
}

function mix(look: string, parameters: string): string {
  if (/^[0;]*$/.test(parameters)) return "";
  const added = `${ESCAPE}[${parameters}m`;
  return added.length > MAX_LOOK ? "" : look.length + added.length > MAX_LOOK ? added : look + added;
}

function paint(cells: readonly Cell[]): string {
  let text = "";
  let look = "";
  for (const cell of cells) {
    if (cell.look !== look) text += `${look === "" ? "" : RESET}${cell.look}`;
    look = cell.look;
    text += cell.character;
  }
  return look === "" ? text : text + RESET;
}
