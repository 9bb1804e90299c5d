/** How deep a body may be nested, as JSON or XML. */
export const MAX_DEPTH = 32;

/** Most members of one list or object: pages have at most 100 records, and runs a few hundred instances. */
const MAX_MEMBERS = 2_000;
const MAX_CONTAINERS = 20_000;
const MAX_VALUES = 200_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Bytes of a string that are looked at one by one before its end is searched for, which is faster unless it is full of quotes. */
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
  for (let steps = 0; at < body.length && body[at] !== QUOTE; steps += 1) {
    if (steps < MOST_STEPS) at += body[at] === BACKSLASH ? 2 : 1;
    else {
      const quote = body.indexOf(QUOTE, at);
      if (quote === -1) return body.length;
      at = isEscaped(body, at, quote) ? quote + 1 : quote;
      steps = -1;
    }
  }
  return at;
}

function isEscaped(body: Buffer, from: number, at: number): boolean {
  let first = at;
  while (first > from && body[first - 1] === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}
