import { parseExactJson, takeBreak } from "#domain";

/** How deep a body may be nested, as JSON or XML. */
export const MAX_DEPTH = 32;

/** Most members of one list or object: pages have at most 100 records, and runs a few hundred instances. */
const MAX_MEMBERS = 2_000;
const MAX_CONTAINERS = 40_000;
const MAX_VALUES = 500_000;
/** Longest number, or space between two members: fifteen million bytes of these at once take 150 ms. */
const MAX_STRETCH_BYTES = 1_048_576;

/** To look at so many bytes, or to parse them, takes one to three milliseconds. */
const PIECE_BYTES = 262_144;

/** What is wrong with a body. */
export interface Flaw {
  /** Continues "the answer …". */
  readonly why: string;
  /** True if less of the same could have been read. */
  readonly isTooLarge: boolean;
}

/** What is cut off, or something else. */
export const NOT_WHOLE: Flaw = { why: "was neither whole JSON nor XML", isTooLarge: false };

/** More than is read of one answer. */
export function tooLarge(why: string): Flaw {
  return { why, isTooLarge: true };
}

/** What a text holds, or what is wrong with it. */
export type ReadJson = { readonly value: unknown } | { readonly flaw: Flaw };

/**
 * Parses a JSON text of any size, unless it is more than may be made of one answer. A large one is looked through and parsed in pieces,
 * with others served in between: 50 runs on 300 servers have 6 MB. Members of one name count as `JSON.parse` has it: the last one stays. Numbers lose no digits.
 * @param body UTF-8; a byte order mark is passed over
 */
export async function readJson(body: Buffer): Promise<ReadJson> {
  const scan = createScan(body);
  while (scan.isLeft()) {
    scan.goOn(PIECE_BYTES);
    if (scan.isLeft()) await takeBreak();
  }
  const { excess, root, isCut } = scan.end();
  if (excess !== null) return { flaw: excess };
  // To parse it would tell the same, and take long.
  if (isCut) return { flaw: NOT_WHOLE };
  try {
    if (body.length <= PIECE_BYTES || root === null) return { value: parseExactJson(textOf(body, 0, body.length)) };
    const isAlone =
      /^[ \t\n\r]*$/.test(textOf(body, 0, root.start)) && skipBlanks(body, root.end, body.length) === body.length;
    if (!isAlone) throw new SyntaxError();
    return { value: await parseInPieces(body, root) };
  } catch {
    return { flaw: NOT_WHOLE };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Bytes of a string that are looked at one by one before its end is searched for, which is faster unless it is full of quotes. */
const MOST_STEPS = 64;

/** A list or an object in the text, or a string that is parsed alone. */
interface Container {
  readonly start: number;
  /** Where the member begins whose value it is: its name, if it has one. */
  readonly memberStart: number;
  /** Behind its last byte. */
  end: number;
  /** Those within, if it is too large for one piece. */
  within: readonly Container[];
}

/** Finds the lists and objects of a text, and whether there is too much in it. Does not check the syntax: what is no JSON may pass. */
function createScan(body: Buffer) {
  const open: { readonly container: Container; readonly within: Container[]; members: number; memberStart: number }[] =
    [];
  let at = 0;
  let containers = 0;
  let values = 0;
  let excess: Flaw | null = null;
  let root: Container | null = null;
  /** The last sign of the syntax that was met, where a text begins and ends included. */
  let signAt = 0;

  function meetSign(): void {
    if (open.length > 0 && at - signAt > MAX_STRETCH_BYTES) excess = TOO_LONG;
    signAt = at;
  }

  function passString(): void {
    const start = at;
    at = findStringEnd(body, at + 1);
    signAt = at;
    const parent = open.at(-1);
    if (parent !== undefined && at - start > PIECE_BYTES)
      parent.within.push({ start, memberStart: parent.memberStart, end: Math.min(at + 1, body.length), within: [] });
  }

  function begin(): void {
    containers += 1;
    const within: Container[] = [];
    const parent = open.at(-1);
    const container: Container = { start: at, memberStart: parent?.memberStart ?? at, end: body.length, within };
    parent?.within.push(container);
    open.push({ container, within, members: 0, memberStart: at + 1 });
    excess ??= findExcess(open.length, containers, values, 0);
  }

  function finish(): void {
    const container = open.pop()?.container;
    if (container === undefined) return;
    container.end = at + 1;
    if (container.end - container.start <= PIECE_BYTES) container.within = [];
    if (open.length === 0) root ??= container;
  }

  function countMember(): void {
    const its = open.at(-1);
    if (its === undefined) return;
    values += 1;
    its.members += 1;
    its.memberStart = at + 1;
    excess ??= findExcess(open.length, containers, values, its.members);
  }

  return {
    isLeft: () => at < body.length && excess === null,
    goOn(bytes: number): void {
      for (const end = Math.min(body.length, at + bytes); at < end && excess === null; at += 1) {
        switch (body[at]) {
          case QUOTE:
            meetSign();
            passString();
            break;
          case OPEN_OBJECT:
          case OPEN_LIST:
            meetSign();
            begin();
            break;
          case CLOSE_OBJECT:
          case CLOSE_LIST:
            meetSign();
            finish();
            break;
          case COMMA:
            meetSign();
            countMember();
        }
      }
    },
    end: () => ({ excess, root, isCut: open.length > 0 }),
  };
}

const TOO_LONG: Flaw = {
  why: `held a number or blanks of more than ${MAX_STRETCH_BYTES} bytes`,
  isTooLarge: false,
};

/** Depth does not shrink with the number of records, nor does the longest list of one. */
function findExcess(depth: number, containers: number, values: number, members: number): Flaw | null {
  if (depth > MAX_DEPTH) return { why: `was nested more than ${MAX_DEPTH} deep`, isTooLarge: false };
  if (members >= MAX_MEMBERS)
    return { why: `held more than ${MAX_MEMBERS} members in one list or object`, isTooLarge: false };
  if (containers > MAX_CONTAINERS) return tooLarge(`held more than ${MAX_CONTAINERS} lists and objects`);
  return values > MAX_VALUES ? tooLarge(`held more than ${MAX_VALUES} values`) : null;
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

/** Parses what is not too large at once, and of a larger list or object its members, so many at a time. */
async function parseInPieces(body: Buffer, { start, end, within }: Container): Promise<unknown> {
  if (end - start <= PIECE_BYTES) return parseExactJson(textOf(body, start, end));
  // Numbers in it are none: what keeps the digits of others is not looked for.
  if (body[start] === QUOTE) return JSON.parse(textOf(body, start, end));
  const isList = body[start] === OPEN_LIST;
  if (body[end - 1] !== (isList ? CLOSE_LIST : CLOSE_OBJECT)) throw new SyntaxError();
  const parse = (text: string) =>
    Object.entries<unknown>(parseExactJson(isList ? `[${text}]` : `{${text}}`) as Readonly<Record<string, unknown>>);
  const members: [string, unknown][] = [];
  let from = start + 1;
  for (const one of within) {
    const isLarge = one.end - one.start > PIECE_BYTES;
    if (!isLarge && one.end - from <= PIECE_BYTES) continue;
    if (!isLarge) members.push(...parse(textOf(body, from, one.end)));
    else {
      if (one.memberStart > from) members.push(...parse(membersOf(body, from, one.memberStart - 1)));
      const [[name] = [""]] = parse(`${textOf(body, one.memberStart, one.start)}null`);
      members.push([name, await parseInPieces(body, one)]);
    }
    await takeBreak();
    from = behindComma(body, one.end, end - 1);
  }
  if (from < end) members.push(...parse(textOf(body, from, end - 1)));
  return isList ? members.map(([, member]) => member) : Object.fromEntries(members);
}

/** The text of members, of which there must be one. */
function membersOf(body: Buffer, from: number, end: number): string {
  if (skipBlanks(body, from, end) === end) throw new SyntaxError();
  return textOf(body, from, end);
}

/** Where the next member begins; behind the container's end if none follows. */
function behindComma(body: Buffer, from: number, last: number): number {
  const comma = skipBlanks(body, from, last);
  if (comma === last) return last + 1;
  if (body[comma] !== COMMA || skipBlanks(body, comma + 1, last) === last) throw new SyntaxError();
  return comma + 1;
}

/** Index of the first byte that JSON takes for more than space between its parts; `end` if there is none. */
export function skipBlanks(body: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(body[at])) at += 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function textOf(body: Buffer, start: number, end: number): string {
  const text = body.toString("utf8", start, end);
  return start === 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
