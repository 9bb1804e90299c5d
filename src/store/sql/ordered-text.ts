/** Where UTF-16 units and UTF-8 bytes begin to order differently: from the surrogates on. */
const FIRST_ESCAPED = 0xd800;
/** Stands in front of the escape of a unit; no unit from here on goes without. */
const HIGH = "\ue000";
/** Offset of the second half of an escape, so that it is a character of its own that is no surrogate. */
const LOW_OFFSET = 0x100;
const ESCAPES = new RegExp(`[\u0001${HIGH}][^]`, "g");

/**
 * A text for a column: two texts are equal exactly when their originals are, and order by their bytes (collation "C") as their
 * originals do in JavaScript. PostgreSQL takes neither NUL nor lone surrogates, and ids come from clients. Texts without
 * those and without characters beyond U+D7FF stay as they are.
 */
export function toOrderedText(text: string): string {
  let escaped = "";
  for (let position = 0; position < text.length; position += 1) escaped += escapeUnit(text.charCodeAt(position));
  return escaped;
}

function escapeUnit(unit: number): string {
  if (unit <= 1) return `\u0001${String.fromCharCode(unit + 1)}`;
  if (unit < FIRST_ESCAPED) return String.fromCharCode(unit);
  return HIGH + String.fromCharCode(unit - FIRST_ESCAPED + LOW_OFFSET);
}

/** Beyond every unit that stays as it is; each part of an escape has its own range, so that no part of a text looks like one. */
const FIRST_PART = 0xe001;
const LAST_PART = 0xe401;

/**
 * A text for a column in which parts are looked for: it holds another one exactly when their originals do. Not in the order of
 * {@link toOrderedText}, in which the half of an escape may look like a letter.
 */
export function toSearchedText(text: string): string {
  let escaped = "";
  for (let position = 0; position < text.length; position += 1) {
    const unit = text.charCodeAt(position);
    const isPlain = unit > 0 && unit < FIRST_ESCAPED;
    escaped += isPlain
      ? String.fromCharCode(unit)
      : String.fromCharCode(FIRST_PART + (unit >> 8), LAST_PART + (unit & 0xff));
  }
  return escaped;
}

/** The text that was turned into this one. */
export function fromOrderedText(escaped: string): string {
  return escaped.replace(ESCAPES, (pair) => {
    const unit = pair.charCodeAt(1);
    return String.fromCharCode(pair.startsWith(HIGH) ? unit - LOW_OFFSET + FIRST_ESCAPED : unit - 1);
  });
}
