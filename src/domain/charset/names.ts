/**
 * The WHATWG name of a charset by any of its labels, as `gbk` for `gb2312`; null for a label that names none.
 * Source: https://encoding.spec.whatwg.org/#names-and-labels
 */
export function canonicalName(label: string): string | null {
  const known = names.get(label);
  if (known !== undefined) return known;
  const name = findName(label);
  if (names.size >= NAMES_MAX) names.clear();
  if (label.length <= LABEL_MAX) names.set(label, name);
  return name;
}

/** To refuse a label costs a hundredth of a millisecond, and one document may ask for it in thousands of fields. */
const names = new Map<string, string | null>();
const NAMES_MAX = 1_000;
const LABEL_MAX = 100;

function findName(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}
