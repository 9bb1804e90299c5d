import { LIMITS, limitExceeded, toErrorResponse } from "../errors/index.ts";
import type { Logger } from "../telemetry/index.ts";

/** What an answer became that could not be written. */
export const UNWRITABLE = JSON.stringify({ data: null, errors: [toErrorResponse(null).formatted] });

/** The JSON of a result; {@link UNWRITABLE} for what cannot be written, which the log tells of. */
export function stringify(result: object, logger: Pick<Logger, "error">): string {
  try {
    return JSON.stringify(result);
  } catch (error) {
    logger.error({ err: error }, "an answer cannot be written");
    return UNWRITABLE;
  }
}

/** The answer if it keeps to the limit of bytes, else one that says so. What is counted before it is written is an estimate. */
export function fitAnswer(text: string): string {
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 <= LIMITS.answerBytes) return text;
  return refuseLarge(Buffer.byteLength(text)) ?? text;
}

/** The same as UTF-8, and whether it is the answer itself. */
export function toAnswerBytes(text: string): { readonly bytes: Buffer; readonly isWhole: boolean } {
  const bytes = Buffer.from(text);
  const refusal = refuseLarge(bytes.length);
  return { bytes: refusal === null ? bytes : Buffer.from(refusal), isWhole: refusal === null };
}

function refuseLarge(bytes: number): string | null {
  if (bytes <= LIMITS.answerBytes) return null;
  return JSON.stringify({ data: null, errors: [toErrorResponse(limitExceeded("answerBytes", bytes)).formatted] });
}
