/** A number that is perhaps more than a double can hold. Texts may look like one: this only tells where to look closer. */
const MAY_BE_LONG = /[\d.]{16}|[eE]\+?\d{3}/;
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Any number of so many digits is held exactly. */
const EXACT_DIGITS = 15;

/** Parses JSON text, a number that would lose digits as the text that it is written as. @throws SyntaxError */
export function parseExactJson(text: string): unknown {
  if (!MAY_BE_LONG.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TEXT_OR_NUMBER, (token) => (isInexact(token) ? `"${token}"` : token)));
}

function isInexact(token: string): boolean {
  if (token.startsWith('"')) return false;
  const value = Number(token);
  if (!Number.isFinite(value)) return true;
  const [mantissa = ""] = token.split(/[eE]/);
  const digits = mantissa.replace(/[-.]/g, "").replace(/^0+/, "");
  return digits.length > EXACT_DIGITS && String(value) !== token;
}
