/** A variable that looks like a setting and is none. */
export interface MisspeltVariable {
  readonly name: string;
  /** The setting that it comes closest to. */
  readonly nearest: string;
}

// Who sets a variable that begins so means this gateway. Other beginnings of settings (LOG_, CACHE_, CURSOR_, …) belong to others too.
const PREFIXES = [
  "ECS_",
  "SWAS_",
  "UPSTREAM_",
  "OPERATION_",
  "WATCH_",
  "WEBSOCKET_",
  "CLIENT_",
  "PERSISTED_",
  "EMULATOR_",
];
// Set by the machinery of that name for every process in it, and not by people for this one.
const FOREIGN = /^ECS_(CONTAINER_METADATA|AGENT)_|_(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)/;
// HOME is two letters from HOST: short names are only one letter apart from a slip.
const SHORT = 6;

/**
 * Variables that are set, are no settings, and begin like one or are a slip or two away from one; in the order in which they are set.
 * @param others names that are read, and are no settings
 */
export function findMisspelt(
  environment: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
  others: readonly string[],
): readonly MisspeltVariable[] {
  const known = new Set([...settings, ...others]);
  return Object.entries(environment).flatMap(([name, value]) => {
    if (known.has(name) || FOREIGN.test(name) || value === undefined || value.trim() === "") return [];
    const nearest = nearestOf(name, settings);
    if (isSlip(name, nearest.setting)) return [{ name, nearest: nearest.setting }];
    const prefix = PREFIXES.find((one) => name.startsWith(one));
    if (prefix === undefined) return [];
    const relatives = settings.filter((setting) => setting.startsWith(prefix));
    return [{ name, nearest: nearestOf(name, relatives).setting }];
  });
}

/** True for a name that is a slip or two away from the setting. */
export function isSlip(name: string, setting: string): boolean {
  return nearestOf(name, [setting]).slips <= (setting.length < SHORT ? 1 : 2);
}

/** One sentence about it, without its value. */
export function describeMisspelt({ name, nearest }: MisspeltVariable): string {
  return `${name} is set but is no setting, and has no effect: is ${nearest} meant?`;
}

/** The setting, or another known word, that a name comes closest to, upper or lower case alike. */
export function nearestOf(
  name: string,
  settings: readonly string[],
): { readonly setting: string; readonly slips: number } {
  const letters = name.toUpperCase();
  let nearest = { setting: "", slips: Number.POSITIVE_INFINITY };
  for (const setting of settings) {
    const slips = countSlips(letters, setting.toUpperCase());
    if (slips < nearest.slips) nearest = { setting, slips };
  }
  return nearest;
}

/** Letters left out, put in, changed, or swapped with their neighbour (optimal string alignment). */
function countSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const changed = (last[column - 1] ?? 0) + (isSame ? 0 : 1);
      const moved = Math.min((last[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1);
      const swapped = isSwapped && row > 1 && column > 1 ? (beforeLast[column - 2] ?? 0) + 1 : changed;
      now.push(Math.min(changed, moved, swapped));
    }
    beforeLast = last;
    last = now;
  }
  return last[b.length] ?? 0;
}
