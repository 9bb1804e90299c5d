import type { Context } from "./context.ts";
import { fitTable, formatTabs, type Row } from "./table.ts";
import { type Style, tell } from "./terminal/index.ts";

/** How things of one kind are listed. */
export interface Columns<Item> {
  readonly titles: readonly string[];
  /** The column whose cells are cut if a line is wider than the terminal. */
  readonly cut: string;
  /** @param time writes an instant as who reads the list wants it */
  toRow(item: Item, style: Style, time: (instant: string | null) => string): Row;
}

/** Lists things: as a table with ages for people, between tabs with times in a pipe. `none` is told to people if there is nothing. */
export function writeList<Item>(context: Context, items: readonly Item[], columns: Columns<Item>, none?: string): void {
  const { surroundings, style } = context;
  const { output } = surroundings;
  if (!output.isTerminal) {
    output.write(formatTabs(items.map((item) => columns.toRow(item, style, (instant) => instant ?? "-"))));
  } else if (items.length > 0) output.write(formatList(items, columns, style, surroundings.now(), output.columns));
  else if (none !== undefined) tell(context, none);
}

/** The list for people. */
export function formatList<Item>(
  items: readonly Item[],
  { titles, cut, toRow }: Columns<Item>,
  style: Style,
  now: number,
  width: number | null,
): string {
  const rows = items.map((item) => toRow(item, style, (instant) => formatAge(instant, now)));
  return fitTable([titles.map((title) => style.heading(title)), ...rows], titles.indexOf(cut), width);
}

/** A duration of an execution; `-` if nobody knows it. */
export function formatSeconds(ms: number | null): string {
  return ms === null ? "-" : `${ms / 1000} s`;
}

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
