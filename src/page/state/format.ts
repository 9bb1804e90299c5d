const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, milliseconds: number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** How long ago an instant was, in the largest unit that fits. All in milliseconds since 1970. */
export function formatAge(instant: number, now: number, locale: string): string {
  const past = Math.max(0, now - instant);
  const [unit, size] = STEPS.find(([, milliseconds]) => past >= milliseconds) ?? ["second", 1_000];
  // The bare language: regions of English write the narrow style out.
  const key = locale.slice(0, 2);
  return relativeFormat(key).format(-Math.floor(past / size), unit);
}

/** An instant in the reader's zone, with the zone's name. */
export function formatInstant(instant: number, locale: string, timeZone?: string): string {
  return instantFormat(`${locale} ${timeZone ?? ""}`).format(instant);
}

/** A duration in at most two units, as `4m 5s`. */
export function formatDuration(milliseconds: number, locale: string): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 1) return formatUnit(milliseconds, "millisecond", locale);
  if (seconds < 60) return formatUnit(Math.floor(seconds * 10) / 10, "second", locale);
  const [large, small, size] =
    seconds < 3_600 ? (["minute", "second", 60] as const) : (["hour", "minute", 3_600] as const);
  const rest = Math.floor((seconds % size) / (size / 60));
  const first = formatUnit(Math.floor(seconds / size), large, locale);
  return rest === 0 ? first : `${first} ${formatUnit(rest, small, locale)}`;
}

function formatUnit(value: number, unit: string, locale: string): string {
  return unitFormat(`${locale.slice(0, 2)} ${unit}`).format(value);
}

// Making a format costs more than a row of the list does, so each is made once.
function once<Format>(make: (key: string) => Format): (key: string) => Format {
  const made = new Map<string, Format>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

const relativeFormat = once((locale) => new Intl.RelativeTimeFormat(locale, { style: "narrow" }));

const instantFormat = once((key) => {
  const [locale, timeZone] = key.split(" ");
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long", ...(timeZone && { timeZone }) });
});

const unitFormat = once((key) => {
  const [locale, unit] = key.split(" ");
  return new Intl.NumberFormat(locale, { style: "unit", ...(unit && { unit }), unitDisplay: "narrow" });
});
