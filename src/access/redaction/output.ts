import type { Redactor } from "./redactor.ts";

/** An output as it may be kept and shown. */
interface RedactedOutput {
  /** The upstream's bytes if nothing was redacted, else the redacted text as UTF-8. */
  readonly bytes: Uint8Array;
  readonly isRedacted: boolean;
}

/**
 * Redacts what an execution printed. While it is not final, only whole lines are left if there are rules.
 * @param decode makes text of the bytes, once; without rules it is not called.
 */
export function redactOutput(
  bytes: Uint8Array,
  isFinal: boolean,
  decode: (bytes: Uint8Array) => string,
  redactor: Redactor,
): RedactedOutput {
  if (redactor.hash === null) return { bytes, isRedacted: false };
  const shown = isFinal ? bytes : cutToWholeLines(bytes);
  const { value, isRedacted } = redactor.text(decode(shown));
  return isRedacted ? { bytes: new TextEncoder().encode(value), isRedacted } : { bytes: shown, isRedacted };
}

const LINE_FEED = 0x0a;

/**
 * The bytes up to the last line end: what an unfinished execution printed may end in the first half of a secret, which
 * no rule knows yet. Reads UTF-16, told by a mark or by NULs, in pairs.
 */
function cutToWholeLines(bytes: Uint8Array): Uint8Array {
  const zero = zeroByteOfLineFeed(bytes);
  if (zero === null) return bytes.subarray(0, bytes.lastIndexOf(LINE_FEED) + 1);
  for (let pair = bytes.length - (bytes.length % 2) - 2; pair >= 0; pair -= 2) {
    if (bytes[pair + zero] === 0 && bytes[pair + 1 - zero] === LINE_FEED) return bytes.subarray(0, pair + 2);
  }
  return bytes.subarray(0, 0);
}

/** Which byte of a UTF-16 line end is NUL: 1 in little endian, 0 in big endian; null in every other charset. */
function zeroByteOfLineFeed(bytes: Uint8Array): 0 | 1 | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 1;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 0;
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) * 4 < bytes.length) return null;
  return odd >= even ? 1 : 0;
}
