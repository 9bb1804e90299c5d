import type { Output } from "#domain";
import { fromBase64 } from "./base64.ts";
import { isNothing } from "./fields.ts";
import type { Reading } from "./reading.ts";
import type { ExecutionShape } from "./shapes.ts";

/** The bytes of a field that is documented as base64; where it is none, its text as UTF-8, so that nothing is lost. */
export function decodeBase64Field(name: string, text: string, reading: Reading): Uint8Array {
  return decode(name, text, reading) ?? Buffer.from(text, "utf8");
}

/** An output that is documented as base64; what is none is taken as it came, and marked. Null for none, and for what is blank. */
export function readBase64Output(
  { output, isOutputText, droppedBytes }: Pick<ExecutionShape, "output" | "isOutputText" | "droppedBytes">,
  reading: Reading,
): Output | null {
  if (output === null || isNothing(output)) return null;
  const bytes = isOutputText ? decode("Output", output, reading) : null;
  if (bytes !== null) return { bytes, droppedBytes };
  return { bytes: Buffer.from(output, "utf8"), droppedBytes, isDamaged: true };
}

function decode(name: string, text: string, reading: Reading): Uint8Array | null {
  const bytes = fromBase64(text);
  if (bytes === null) reading.warn(`${name} is no base64 and is taken as text`);
  return bytes;
}
