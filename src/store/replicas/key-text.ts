import { createHash } from "node:crypto";

/** An index takes keys of up to some 2,700 bytes. */
const LENGTH_MAX = 200;

/** Any text as one that the database takes as a key: without NUL and lone surrogates, short, another one for each text. */
export function toKeyText(text: string): string {
  const written = JSON.stringify(text).slice(1, -1);
  if (written.length <= LENGTH_MAX) return written;
  return `${written.slice(0, LENGTH_MAX)}#${createHash("sha256").update(text).digest("base64url")}`;
}
