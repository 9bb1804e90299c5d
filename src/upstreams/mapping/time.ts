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
const USUAL = /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/**
 * An instant in any of the shapes that the vendor writes; null for what is none of them, or is in no calendar. Null before 1970 too:
 * no cloud ran anything then, and programs that have no time write the year 1.
 */
export function toInstant(text: string, zones: ZonePolicy): Instant | null {
  if (text.length === 20 && USUAL.test(text)) return `${text.slice(0, 19)}.000Z`;
  const match = WRITTEN.exec(text.trim());
  if (match === null) return null;
  const [, date = "", separator, minutes, seconds = ":00", fraction = "", zone] = match;
  if (!isInCalendar(date)) return null;
  const offset = zone ?? (separator?.trim() === "" ? zones.blank : zones.t);
  const millis = fraction.padEnd(3, "0").slice(0, 3);
  const time = Date.parse(`${date}T${minutes}${seconds}.${millis}${normaliseOffset(offset)}`);
  return time >= 0 ? new Date(time).toISOString() : null;
}

// Date.parse takes the 30th of February for the 2nd of March; days beyond the 31st and all else it refuses.
function isInCalendar(date: string): boolean {
  const day = Number(date.slice(8));
  return day <= 28 || day <= new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
}

function normaliseOffset(offset: string): string {
  return offset.replace(/^([+-]\d{2}):?(\d{2})$/, "$1:$2").toUpperCase();
}
