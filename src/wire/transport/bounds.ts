/** How deep a body may be nested, as JSON or XML. */
export const MAX_DEPTH = 32;

/** Most members of one list or object: pages have at most 100 records, and runs a few hundred instances. */
const MAX_MEMBERS = 2_000;
const MAX_CONTAINERS = 20_000;
const MAX_VALUES = 200_000;

// The XML parser is some ten times slower than the one for JSON, and XML comes only where JSON was not understood.
const MAX_XML_BYTES = 1_024 * 1_024;
const MAX_XML_ELEMENTS = 10_000;

const CDATA = Buffer.from("<![CDATA[");

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Bytes of a string that are looked at one by one: for a longer one, such as an output, a search for its end is faster. */
const MOST_STEPS = 64;

/**
 * What of a JSON text is more than may be parsed and read without blocking everybody else; null if nothing is. Continues
 * "the answer …". Does not check the syntax: what is no JSON may pass.
 */
export function findJsonExcess(body: Buffer): string | null {
  const members: number[] = [0];
  let containers = 0;
  let values = 0;
  for (let at = 0; at < body.length; at += 1) {
    switch (body[at]) {
      case QUOTE:
        at = findStringEnd(body, at + 1);
        break;
      case 0x7b: // {
      case 0x5b: // [
        containers += 1;
        members.push(0);
        if (members.length - 1 > MAX_DEPTH) return `was nested more than ${MAX_DEPTH} deep`;
        if (containers > MAX_CONTAINERS) return `held more than ${MAX_CONTAINERS} lists and objects`;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (members.length > 1) members.pop();
        break;
      case COMMA: {
        values += 1;
        const count = (members.pop() ?? 0) + 1;
        members.push(count);
        if (count >= MAX_MEMBERS) return `held more than ${MAX_MEMBERS} members in one list or object`;
        if (values > MAX_VALUES) return `held more than ${MAX_VALUES} values`;
      }
    }
  }
  return null;
}

function findStringEnd(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && body[at] !== QUOTE) {
    if (at - from >= MOST_STEPS) return findFarStringEnd(body, at);
    at += body[at] === BACKSLASH ? 2 : 1;
  }
  return at;
}

function findFarStringEnd(body: Buffer, from: number): number {
  let at = body.indexOf(QUOTE, from);
  while (at !== -1 && isEscaped(body, from, at)) at = body.indexOf(QUOTE, at + 1);
  return at === -1 ? body.length : at;
}

function isEscaped(body: Buffer, from: number, at: number): boolean {
  let first = at;
  while (first > from && body[first - 1] === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

/** The same for an XML text. The parser itself bounds the depth. */
export function findXmlExcess(body: Buffer): string | null {
  if (body.length > MAX_XML_BYTES) return `was XML of more than ${MAX_XML_BYTES} bytes`;
  let tags = 0;
  for (let at = body.indexOf("<"); at !== -1; at = body.indexOf("<", at + 1)) {
    tags += 1;
    const isText = body.subarray(at, at + CDATA.length).equals(CDATA);
    if (isText) at = Math.max(at, body.indexOf("]]>", at));
    // An element has an opening and a closing tag.
    if (tags > 2 * MAX_XML_ELEMENTS) return `was XML of more than ${MAX_XML_ELEMENTS} elements`;
  }
  return null;
}
