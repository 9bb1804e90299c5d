import { isUtf8 } from "node:buffer";

// Measured with outputs of 24 KB, in units of a search. What is UTF-8 is decoded at once. Whatever holds a NUL is tried as UTF-16, line by
// line and both ways round; all else is read line by line in two charsets.
const UTF8_UNITS = 0.5;
const NUL_UNITS = 45;
const OTHER_UNITS = 25;
/** To begin takes as long as so many bytes, which is most of a small output's time. */
const BEGIN_BYTES = 32;

/** What it costs to decode an output whose charset has to be found, in units of {@link UNITS_A_TURN}. */
export function unitsToDecode(bytes: Uint8Array): number {
  if (bytes.includes(0)) return (bytes.byteLength + BEGIN_BYTES) * NUL_UNITS;
  return isUtf8(bytes) ? bytes.byteLength * UTF8_UNITS : (bytes.byteLength + BEGIN_BYTES) * OTHER_UNITS;
}
