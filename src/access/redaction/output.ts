import type { Redactor } from "./redactor.ts";
import { cutToWholeLines } from "./whole-lines.ts";

/** An output as it may be kept and shown. */
export interface RedactedOutput {
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
