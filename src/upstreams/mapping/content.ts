import { fromBase64 } from "./base64.ts";
import type { Reading } from "./reading.ts";

/** The bytes of a field that is documented as base64; where it is none, its text as UTF-8, so that nothing is lost. */
export function decodeBase64Field(name: string, text: string, reading: Reading): Uint8Array {
  const bytes = fromBase64(text);
  if (bytes !== null) return bytes;
  reading.warn(`${name} is no base64 and is taken as text`);
  return Buffer.from(text, "utf8");
}
