import type { PositionSealer } from "../contract/index.ts";

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
export function sealListPosition(sealer: PositionSealer, { log, list, number, since }: ListPosition): string {
  return sealer.sealNamed(PURPOSE, JSON.stringify([log, list, number, since]));
}

/** What a client holds; null for a text that is none, `foreign` for one of a process with other keys. */
export function openListPosition(sealer: PositionSealer, text: string): ListPosition | "foreign" | null {
  const opened = text.length > LENGTH_MAX ? null : sealer.openNamed(PURPOSE, text);
  if (opened === null || opened === "foreign") return opened;
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
