/** What a key has to be made of. */
export const HEADER_TEXT_EXPECTED = "printable ASCII characters without blanks or line feeds";

/** True for what may stand in a header: a key that ends in a line feed, as files do, would fail at every call. */
export function isHeaderText(value: string): boolean {
  return /^[!-~]+$/.test(value);
}
