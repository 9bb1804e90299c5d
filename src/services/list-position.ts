/** Where one who watches a list stands. Holds nothing that is secret and opens nothing, so it is not sealed. */
export interface ListPosition {
  /** Name of the log that the number is of. */
  readonly log: string;
  /** The list: its filter, digested. */
  readonly list: string;
  readonly number: number;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** A position as clients hold it. */
export function sealListPosition({ log, list, number, since }: ListPosition): string {
  return Buffer.from(JSON.stringify([log, list, number, since])).toString("base64url");
}

/** What a client holds; null for a text that is none. */
export function openListPosition(text: string): ListPosition | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(text.slice(0, 400), "base64url").toString());
    const [log, list, number, since] = Array.isArray(read) ? (read as readonly unknown[]) : [];
    const isWhole = typeof log === "string" && typeof list === "string" && Number.isSafeInteger(number);
    if (!isWhole || typeof number !== "number" || typeof since !== "number") return null;
    return { log, list, number, since };
  } catch {
    return null;
  }
}
