import { XMLParser } from "fast-xml-parser";
import { MAX_DEPTH } from "./bounds.ts";

// Entities are left to the function below: those that a document type declares could grow without bound.
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
  tagValueProcessor: (_name, value) => decodeEntities(value),
});

/** An XML document's root: its name and its content as data, in which repeated elements are arrays and every leaf is a text. */
export interface XmlRoot {
  readonly name: string;
  readonly content: unknown;
}

/** Reads XML without document types; null for anything that is not that, or is nested too deeply. */
export function parseXml(text: string): XmlRoot | null {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return null;
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

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole;
  });
}
