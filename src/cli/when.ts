const UNITS: readonly (readonly [limitMs: number, unitMs: number, unit: string])[] = [
  [60_000, 1_000, "s"],
  [3_600_000, 60_000, "m"],
  [172_800_000, 3_600_000, "h"],
  [Number.POSITIVE_INFINITY, 86_400_000, "d"],
];

/** A time as an age, such as `5m ago`; `-` if there is none, the time itself if it lies ahead. */
export function formatAge(time: string | null, now: number): string {
  if (time === null) return "-";
  const ageMs = now - Date.parse(time);
  if (Number.isNaN(ageMs) || ageMs < -60_000) return time;
  const [, unitMs, unit] = UNITS.find(([limitMs]) => ageMs < limitMs) ?? [0, 1_000, "s"];
  return `${Math.max(0, Math.floor(ageMs / unitMs))}${unit} ago`;
}
