import type { Sealer } from "../contract/index.ts";

/** Where one who watches a list stands. Sealed, since the number tells of changes that its holder may not see. */
export interface ListPosition {
  /** Name of the log that the number is of. */
  readonly log: string;
  /** The list: its filter, digested. */
  readonly list: string;
  readonly number: number;
  /** Epoch milliseconds. */
  readonly since: number;
}

const PURPOSE = "position of a watched list";
const LENGTH_MAX = 400;

/** A position as clients hold it. */
export function sealListPosition(sealer: Sealer, { log, list, number, since }: ListPosition): string {
  return sealer.seal(PURPOSE, JSON.stringify([log, list, number, since]));
}

/** What a client holds; null for a text that is none. */
export function openListPosition(sealer: Sealer, text: string): ListPosition | null {
  const opened = text === "" || text.length > LENGTH_MAX ? null : sealer.open(PURPOSE, text);
  if (opened === null) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(opened).toString());
    const [log, list, number, since] = Array.isArray(read) ? (read as readonly unknown[]) : [];
    const isWhole = typeof log === "string" && typeof list === "string" && Number.isSafeInteger(number);
    if (!isWhole || typeof number !== "number" || typeof since !== "number") return null;
    return { log, list, number, since };
  } catch {
    return null;
  }
}
