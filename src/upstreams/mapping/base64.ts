const ALPHABET = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * The bytes of a base64 text, also with line breaks, without padding, or in the URL-safe alphabet; null where the text
 * cannot be base64. RFC 4648, sections 4 and 5.
 */
export function fromBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === canonicalLength(text)) return bytes;
  return canBeBase64(text) ? bytes : null;
}

/** False where a text is certainly no base64: another character, padding inside or of nothing, or a length that no bytes have. */
export function canBeBase64(text: string): boolean {
  const compact = text.replace(/[\r\n]+/g, "").trim();
  const bare = compact.replace(/=+$/, "");
  return ALPHABET.test(compact) && bare.length % 4 !== 1 && (bare !== "" || compact === "");
}

// Buffer skips what is not of the alphabet; the expected length is met only where there was nothing to skip.
function canonicalLength(text: string): number {
  if (text.length % 4 !== 0) return -1;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
