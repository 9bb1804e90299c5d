import { weighPair } from "./chinese.ts";
import { measureGb18030, measureUtf8 } from "./measure.ts";
import { classify, type Kind, type WideCharset } from "./utf16.ts";

/** Bytes that are all UTF-16 in one order, or all of charsets in which ASCII takes one byte: `charset` is null then. */
export interface WidthStretch {
  readonly start: number;
  readonly end: number;
  readonly charset: WideCharset | null;
  /** False if some bytes of it are as likely in another charset. */
  readonly isCertain: boolean;
}

/** What a unit of UTF-16 adds to the score, which is twice what a byte of text adds. */
const UNIT_WORTHS: Readonly<Record<Kind, number>> = { ascii: 1.4, frequent: 1.4, usual: 0.7, rare: 0.7, other: -2 };
/** Two bytes of ASCII, which are an ideograph too; a line feed hardly is a part of one. */
const TEXT_PAIR_WORTHS = { others: 0, withLineFeed: -2.65 };
const BYTE_WORTHS = { text: 0.7, nothing: -0.7, control: -2 };
/** Programs write whole lines, but one may end what another has begun. */
const CHANGE_COST = { atLine: 2, inside: 7.5 };
/** A byte that a cut left of a unit costs less: a cut is no change. */
const GAP_COST = { atStart: 2.5, inside: 3.5, atEnd: 1.25 };

/** So few bytes that are no line may as well be what a cut left of UTF-16. */
const SHORTEST_PART = 8;

/** One way to read on from each byte: what it is worth, and where it goes on how. */
interface Way {
  readonly charset: WideCharset | null;
  readonly best: Float64Array;
  readonly lengths: Uint8Array;
  /** The number of the way in which the next character is read. */
  readonly following: Uint8Array;
}

/**
 * Tells where bytes change between UTF-16 and other charsets, as if several programs wrote one output: the likeliest way, chosen
 * from the end by dynamic programming. Linear in the number of bytes.
 */
export function findStretches(bytes: Uint8Array): readonly WidthStretch[] {
  const ways = [null, "utf-16le" as const, "utf-16be" as const].map((charset) => createWay(charset, bytes.length));
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    for (let own = 0; own < ways.length; own += 1) step(bytes, at, own, ways);
  }
  const found: WidthStretch[] = [];
  let way = ways.toSorted((one, other) => (other.best[0] ?? 0) - (one.best[0] ?? 0))[0];
  for (let at = 0; way !== undefined && at < bytes.length; ) {
    const { charset, lengths, following }: Way = way;
    const start = at;
    while (way?.charset === charset && at < bytes.length) {
      way = ways[following[at] ?? 0];
      at += lengths[at] ?? 1;
    }
    const isPart = charset !== null || at - start >= SHORTEST_PART || bytes[at - 1] === 0x0a;
    const last = found.at(-1);
    const isCertain = isPart || at - start < 2;
    if (last !== undefined && (!isPart || last.charset === charset))
      found[found.length - 1] = { ...last, end: at, isCertain: last.isCertain && isCertain };
    else if (isPart)
      found.push({ start: last?.end ?? 0, end: at, charset, isCertain: last !== undefined || start < 2 });
  }
  return found;
}

function createWay(charset: WideCharset | null, size: number): Way {
  return { charset, best: new Float64Array(size + 1), lengths: new Uint8Array(size), following: new Uint8Array(size) };
}

/** Reads one character in one way, and goes on behind it in the best one. */
function step(bytes: Uint8Array, at: number, own: number, ways: readonly Way[]): void {
  const way = ways[own];
  if (way === undefined) return;
  const { charset, best, lengths, following } = way;
  const length = charset === null ? lengthOf(bytes, at) : 2;
  const place = at === 0 ? "atStart" : at === bytes.length - 1 ? "atEnd" : "inside";
  let score = (best[at + 1] ?? 0) - GAP_COST[place];
  let next = own;
  lengths[at] = 1;
  if (at + length <= bytes.length) {
    const worth = charset === null ? weighBytes(bytes, at, length) : weighUnit(bytes, at, charset);
    for (let other = 0; other < ways.length; other += 1) {
      const behind = ways[other];
      if (behind === undefined) continue;
      const most = worth + (behind.best[at + length] ?? 0);
      // What a change costs is asked for only if it matters.
      if (most <= score) continue;
      const total = most - (other === own ? 0 : changeCost(bytes, at + length, charset, behind.charset));
      if (total <= score) continue;
      score = total;
      next = other;
      lengths[at] = length;
    }
  }
  best[at] = score;
  following[at] = next;
}

function changeCost(bytes: Uint8Array, at: number, from: WideCharset | null, to: WideCharset | null): number {
  if (at === bytes.length) return 0;
  const [upper, last] = [bytes[at - 2], bytes[at - 1]];
  const isLine = from === "utf-16le" ? upper === 0x0a && last === 0 : last === 0x0a && (from === null || upper === 0);
  return isLine || (to !== null && isMark(bytes, at, to)) ? CHANGE_COST.atLine : CHANGE_COST.inside;
}

function isMark(bytes: Uint8Array, at: number, charset: WideCharset): boolean {
  const first = bytes[at];
  const second = bytes[at + 1];
  return charset === "utf-16le" ? first === 0xff && second === 0xfe : first === 0xfe && second === 0xff;
}

function weighUnit(bytes: Uint8Array, at: number, charset: WideCharset): number {
  if (isMark(bytes, at, charset)) return UNIT_WORTHS.ascii;
  const kind = classify(bytes, at, charset);
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (kind === "frequent" || !isText(first) || !isText(second)) return UNIT_WORTHS[kind];
  return first === 0x0a || second === 0x0a
    ? TEXT_PAIR_WORTHS.withLineFeed
    : Math.min(TEXT_PAIR_WORTHS.others, UNIT_WORTHS[kind]);
}

function lengthOf(bytes: Uint8Array, at: number): number {
  return measureUtf8(bytes, at) || (measureGb18030(bytes, at) === 2 ? 2 : 1);
}

function weighBytes(bytes: Uint8Array, at: number, length: number): number {
  const byte = bytes[at] ?? 0;
  if (byte < 0x80) return isText(byte) ? BYTE_WORTHS.text : BYTE_WORTHS.control;
  if (measureUtf8(bytes, at) > 0) return BYTE_WORTHS.text * length;
  return length === 1 ? BYTE_WORTHS.nothing : BYTE_WORTHS.text * (1 + weighPair(byte, bytes[at + 1] ?? 0));
}

function isText(byte: number): boolean {
  return (byte > 0x1f && byte < 0x7f) || (byte > 6 && byte < 0x0e) || byte === 0x1b;
}
