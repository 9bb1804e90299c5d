import { XMLParser } from "fast-xml-parser";
import { MAX_DEPTH } from "./bounds.ts";

// The parser does not ask this about CDATA, whose `&` begins no entity.
const entityDecoder = {
  decode: decodeEntities,
  /** Called for a document type, whose entities could grow without bound. */
  addInputEntities(): never {
    throw new RangeError("XML with a document type");
  },
  setExternalEntities: () => {},
  setXmlVersion: () => {},
  reset: () => {},
};

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  entityDecoder,
  maxNestedTags: MAX_DEPTH,
});

/** An XML document's root: its name and its content as data, in which repeated elements are arrays and every leaf is a text. */
export interface XmlRoot {
  readonly name: string;
  readonly content: unknown;
}

/** Reads XML without document types; null for anything that is not that, or is nested too deeply. */
export function parseXml(text: string): XmlRoot | null {
  try {
    const document: unknown = parser.parse(text, true);
    if (typeof document !== "object" || document === null) return null;
    const roots = Object.entries(document).filter(([name]) => name !== "#text");
    const [root] = roots;
    return root !== undefined && roots.length === 1 ? { name: root[0], content: dropBlanks(root[1]) } : null;
  } catch {
    return null;
  }
}

/** Takes the blanks between elements out, which the parser hands on as text. */
function dropBlanks(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(dropBlanks);
  if (typeof node !== "object" || node === null) return node;
  const members = Object.entries(node).filter(([name]) => name !== "#text");
  return Object.fromEntries(members.map(([name, member]) => [name, dropBlanks(member)]));
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
