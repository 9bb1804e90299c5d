import { measureGb18030 } from "./measure.ts";

/**
 * Tells what a cut left of a character of four bytes, in bytes that hold such characters; undefined for others, in which a digit
 * is one.
 */
export function remainderIn(bytes: Uint8Array): ((at: number) => number) | undefined {
  if (!holdsLong(bytes)) return undefined;
  return (at) => {
    if (measureGb18030(bytes, at) > 2) return 0;
    // Lead, digit, lead and digit: what is left are two or three of them, in this order.
    if (isLead(bytes[at]) && isDigit(bytes[at + 1])) return isLead(bytes[at + 2]) ? 3 : 2;
    return isDigit(bytes[at]) && isLead(bytes[at + 1]) && isDigit(bytes[at + 2]) ? 3 : 0;
  };
}

function holdsLong(bytes: Uint8Array): boolean {
  for (let at = 0; at + 4 <= bytes.length; at += 1) if (measureGb18030(bytes, at) === 4) return true;
  return false;
}

function isLead(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x81 && byte <= 0xfe;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
