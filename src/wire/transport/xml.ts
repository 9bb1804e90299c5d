import { takeBreak } from "#domain";
import { type Flaw, MAX_DEPTH, NOT_WHOLE, tooLarge } from "./json.ts";

/** An XML document, or as much of it as could be read. */
export interface XmlReading {
  /** Null if not even its root begins. */
  readonly root: XmlRoot | null;
  /** Why it was not read to its end; null if it was. */
  readonly flaw: Flaw | null;
}

/** A root: its name and its content as data, in which repeated elements are arrays and every leaf is a text. */
interface XmlRoot {
  readonly name: string;
  readonly content: unknown;
}

const MAX_BYTES = 1_024 * 1_024;
const MAX_ELEMENTS = 10_000;

/** What is done with so many pieces takes some milliseconds. */
const STEP_PIECES = 2_000;

// Where no piece begins, the text is no XML, or is cut off, or has a document type, whose entities could grow without bound. No tag
// holds a `<`, and none is tried with a part of its name: so every text is looked through once.
const COMMENT = /<!--.*?-->/;
const INSTRUCTION = /<\?.*?\?>/;
const CDATA = /<!\[CDATA\[(?<cdata>.*?)\]\]>/;
const TAG = /<(?<end>\/?)(?<name>[^\s<>/"'!?]+)(?=[\s/>])(?:[^<>"'/]|"[^"<]*"|'[^'<]*'|\/(?!>))*(?<empty>\/?)>/;
const TEXT = /(?<text>&[^<&]*|[^<&]+)/;
const PIECE = new RegExp([COMMENT, INSTRUCTION, CDATA, TAG, TEXT].map(({ source }) => source).join("|"), "gsy");

/** Reads a document without its attributes, a part in each round of the event loop, and stops at what is no XML or too much. */
export async function readXml(text: string): Promise<XmlReading> {
  if (Buffer.byteLength(text) > MAX_BYTES)
    return { root: null, flaw: tooLarge(`was XML of more than ${MAX_BYTES} bytes`) };
  const tree = createTree();
  let pieces = 0;
  let end = 0;
  for (const { 0: piece, index, groups = {} } of text.matchAll(PIECE)) {
    const flaw = tree.take(groups);
    if (flaw !== null) return { root: tree.root(), flaw };
    end = index + piece.length;
    pieces += 1;
    if (pieces % STEP_PIECES === 0) await takeBreak();
  }
  return { root: tree.root(), flaw: end === text.length && tree.isWhole() ? null : NOT_WHOLE };
}

/** What has begun and not ended: an element, or the document. */
interface Node {
  readonly name: string;
  readonly members: Map<string, unknown[]>;
  text: string;
}

function createTree() {
  const document = createNode("");
  const open = [document];
  let elements = 0;
  const close = () => {
    const ended = open.pop() ?? document;
    const { members } = open.at(-1) ?? document;
    const same = members.get(ended.name);
    if (same === undefined) members.set(ended.name, [contentOf(ended)]);
    else same.push(contentOf(ended));
  };
  return {
    /** @returns what is wrong with it; null if nothing is */
    take({ end, name, empty, cdata, text }: Readonly<Record<string, string | undefined>>): Flaw | null {
      const inner = open.at(-1) ?? document;
      if (name === undefined) {
        const lines = toLines(cdata ?? text ?? "");
        inner.text += cdata === undefined ? decodeEntities(lines) : lines;
        return null;
      }
      if (end) {
        if (inner.name !== name) return NOT_WHOLE;
      } else {
        elements += 1;
        if (elements > MAX_ELEMENTS) return tooLarge(`was XML of more than ${MAX_ELEMENTS} elements`);
        // A text may stand as deep as in JSON.
        if (open.length > MAX_DEPTH + 1) return NOT_WHOLE;
        open.push(createNode(name));
      }
      if (end || empty) close();
      return null;
    },
    root(): XmlRoot | null {
      const [, unended] = open;
      if (unended !== undefined) return { name: unended.name, content: contentOf(unended) };
      const [first] = document.members;
      return first === undefined ? null : { name: first[0], content: first[1][0] };
    },
    isWhole: () =>
      open.length === 1 && document.text.trim() === "" && [...document.members.values()].flat().length === 1,
  };
}

function createNode(name: string): Node {
  return { name, members: new Map(), text: "" };
}

/** Texts between elements are blanks. */
function contentOf({ members, text }: Node): unknown {
  if (members.size === 0) return text;
  return Object.fromEntries([...members].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

/** XML 1.0, 2.11. */
function toLines(text: string): string {
  return text.includes("\r") ? text.split("\r\n").join("\n").split("\r").join("\n") : text;
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** What names no character stays as it was written. */
function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([\da-fA-F]+)|#(\d+)|(lt|gt|amp|quot|apos));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[String(name)] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return isCharacter(point) ? String.fromCodePoint(point) : whole;
  });
}

/** XML 1.0, 2.2. */
function isCharacter(point: number): boolean {
  if (point < 0x20) return point === 0x09 || point === 0x0a || point === 0x0d;
  return point <= 0xd7_ff || (point >= 0xe0_00 && point <= 0xff_fd) || (point >= 0x1_00_00 && point <= 0x10_ff_ff);
}
