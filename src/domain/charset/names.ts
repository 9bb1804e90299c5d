/**
 * The WHATWG name of a charset by any of its labels, as `gbk` for `gb2312`; null for a label that names none.
 * Source: https://encoding.spec.whatwg.org/#names-and-labels
 */
export function canonicalName(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}
