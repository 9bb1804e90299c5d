import type { Instant } from "#domain";

/** In which zone an instant without one is meant, by the way it is written: `Z`, or an offset such as `+08:00`. */
export interface ZonePolicy {
  /** `yyyy-MM-dd HH:mm:ss`, as in the vendor's documents of 2018. */
  readonly blank: string;
  /** `yyyy-MM-ddTHH:mm:ss`, as in the sample of SWAS DescribeCommandInvocations. */
  readonly t: string;
}

/**
 * The likelier guesses: the sample of 2018 prints the wall clock of Shanghai in its output at the very second that its
 * `FinishedTime` names, and everything written with a `T` is UTC wherever it names a zone.
 */
export const DEFAULT_ZONES: ZonePolicy = { blank: "+08:00", t: "Z" };

const WRITTEN = /^(\d{4}-\d{2}-\d{2})(T| +)(\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

// What nearly every field holds; days that not every month has take the long way.
const USUAL = /^(?:19[89]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Programs that have no time write the year 1, or the beginning of 1970 by the clock of some zone. No cloud ran anything then. */
const NEVER_UNTIL = Date.UTC(1970, 0, 2);
const NO_DATE = "0000-00-00";

/** An instant in any of the shapes that the vendor writes; null for what is none of them, is in no calendar, or means never. */
export function toInstant(text: string, zones: ZonePolicy): Instant | null {
  if (isUsual(text)) return `${text.slice(0, 19)}.000Z`;
  const time = toTime(text, zones);
  return time >= NEVER_UNTIL ? new Date(time).toISOString() : null;
}

/** True for a text by which a program says that there is no time, as `0001-01-01T00:00:00Z` or `1970-01-01T00:00:00Z`. */
export function isNever(text: string, zones: ZonePolicy): boolean {
  if (isUsual(text)) return false;
  return text.trim().startsWith(NO_DATE) || toTime(text, zones) < NEVER_UNTIL;
}

function isUsual(text: string): boolean {
  return text.length === 20 && USUAL.test(text);
}

/** Epoch milliseconds; NaN for what is no time. */
function toTime(text: string, zones: ZonePolicy): number {
  const match = WRITTEN.exec(text.trim());
  const [, date = "", separator, minutes, seconds = ":00", fraction = "", zone] = match ?? [];
  if (match === null || !isInCalendar(date)) return Number.NaN;
  const offset = zone ?? (separator?.trim() === "" ? zones.blank : zones.t);
  const millis = fraction.padEnd(3, "0").slice(0, 3);
  return Date.parse(`${date}T${minutes}${seconds}.${millis}${normaliseOffset(offset)}`);
}

// Date.parse takes the 30th of February for the 2nd of March; days beyond the 31st and all else it refuses.
function isInCalendar(date: string): boolean {
  const day = Number(date.slice(8));
  return day <= 28 || day <= new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
}

function normaliseOffset(offset: string): string {
  return offset.replace(/^([+-]\d{2}):?(\d{2})$/, "$1:$2").toUpperCase();
}
