import { InputError, type InvocationFilter, mapInBreaks } from "#domain";
import type { RunOutline } from "#store";
import type { Services, StatisticsGroup, StatisticsInterval, StatisticsRow } from "../contract/index.ts";
import type { Places } from "./places.ts";
import { type RunScan, upTo } from "./scan.ts";
import type { ServerPages } from "./servers.ts";
import {
  addCounted,
  type Counted,
  countExecution,
  countRun,
  createTally,
  joinTally,
  type Tally,
  toRow,
} from "./tally.ts";

/** Runs that statistics go through, at most. */
const RUNS_MAX = 200_000;
const ROWS_MAX = 1_000;
/** Groups with rows of their own; the rest has one row. */
const GROUPS_MAX = 100;
const GROUPS_WITH_INTERVAL_MAX = 20;

const LENGTH_MS: Readonly<Record<StatisticsInterval, number>> = { HOUR: 3_600_000, DAY: 86_400_000 };

/**
 * Counts runs. With `createdAfter`, everything from there on is read if it is not known, once and within the operation's budget;
 * without, what is known is counted.
 */
export function createStatistics(
  scan: RunScan,
  resolveNames: ServerPages["resolveNames"],
  places: Places,
): Services["statistics"] {
  const count: Services["statistics"] = async ({ by, interval }, given, operation) => {
    const spanMs = interval ?? (by === "HOUR" || by === "DAY" ? by : null);
    checkSpan(given, interval === null ? "by" : "interval", spanMs);
    const { filter, failures } = await resolveNames(given, operation);
    const tallies = new Map<string, Map<number | null, Tally>>();
    let isComplete = true;
    let isCurrent = failures.size === 0;
    const outline = filter.createdAfter === undefined ? scan.outlineKnown : scan.outlineAll;
    const detail = by === "INSTANCE" ? "EXECUTIONS" : "RUNS";
    for await (const part of upTo(RUNS_MAX, outline(filter, detail, operation))) {
      // Runs of which some server cannot be shown are counted, and that server is not.
      isComplete = part.isComplete && (by !== "INSTANCE" || part.sources.every((source) => source.isComplete));
      isCurrent &&= part.sources.every((source) => source.isCurrent);
      for (const run of part.runs) {
        const slot = slotOf(run, spanMs);
        for (const [key, counted] of countedOf(run, by, filter)) addCounted(tallyOf(tallies, key, slot), counted);
      }
    }
    return toRows(tallies, { by, hasInterval: interval !== null, isComplete: isComplete && isCurrent });
  };
  // Each may count 20,000 groups, which takes 20 MB, and one operation may ask for a hundred.
  return (wanted, given, operation) => places.inPlace(operation, () => count(wanted, given, operation));
}

function checkSpan(
  { createdAfter, createdBefore }: InvocationFilter,
  argument: string,
  span: StatisticsInterval | null,
) {
  if (span === null || createdAfter === undefined || createdBefore === undefined) return;
  const count = Math.ceil((Date.parse(createdBefore) - Date.parse(createdAfter)) / LENGTH_MS[span]);
  if (count <= ROWS_MAX) return;
  const message = `\`${argument}\`: expected at most ${ROWS_MAX} intervals between createdAfter and createdBefore, got ${count}.`;
  throw new InputError("BAD_USER_INPUT", message, argument);
}

function slotOf({ time }: RunOutline, span: StatisticsInterval | null): number | null {
  if (span === null || time === null) return null;
  return time - (((time % LENGTH_MS[span]) + LENGTH_MS[span]) % LENGTH_MS[span]);
}

/** What a run counts for, by the row's key; texts that a key does not have are empty. */
function countedOf(
  run: RunOutline,
  by: StatisticsGroup,
  filter: InvocationFilter,
): readonly (readonly [string, Counted])[] {
  if (by !== "INSTANCE") return [[KEYS[by](run), countRun(run)]];
  return run.executions
    .filter(({ instanceId }) => filter.instanceId === undefined || filter.instanceId === instanceId)
    .map((one) => [one.instanceId, countExecution(run, one)]);
}

const KEYS: Readonly<Record<Exclude<StatisticsGroup, "INSTANCE">, (run: RunOutline) => string>> = {
  NONE: () => "",
  DAY: () => "",
  HOUR: () => "",
  COMMAND: ({ command }) => command.name ?? command.commandId ?? "",
  STATUS: ({ status }) => status,
  PROVIDER: ({ source }) => source.provider,
  REGION: ({ source }) => source.regionId,
  ACCOUNT: ({ source }) => source.account,
};

function tallyOf(tallies: Map<string, Map<number | null, Tally>>, key: string, slot: number | null): Tally {
  const ofKey = tallies.get(key) ?? new Map<number | null, Tally>();
  tallies.set(key, ofKey);
  const tally = ofKey.get(slot) ?? createTally();
  ofKey.set(slot, tally);
  return tally;
}

interface RowRules {
  readonly by: StatisticsGroup;
  readonly hasInterval: boolean;
  readonly isComplete: boolean;
}

/** The largest groups with a row each, and one for the rest; with an interval, a row for each of its stretches that has any. None only if there are certainly no runs. */
async function toRows(
  tallies: ReadonlyMap<string, ReadonlyMap<number | null, Tally>>,
  { by, hasInterval, isComplete }: RowRules,
): Promise<readonly StatisticsRow[]> {
  // A thousand servers by the hour are a million counts.
  const unsized = [...tallies].map(([key, slots]) => ({ key, slots }));
  const groups = await mapInBreaks(unsized, weightOfGroup, ({ key, slots }) => {
    const size = [...slots.values()].reduce((sum, { count }) => sum + count, 0);
    return { key, slots, size };
  });
  const inOrder = groups.toSorted((one, other) => other.size - one.size || (one.key < other.key ? -1 : 1));
  const most = hasInterval ? GROUPS_WITH_INTERVAL_MAX : GROUPS_MAX;
  const rest = new Map<number | null, Tally>();
  await mapInBreaks(inOrder.slice(most), weightOfGroup, ({ slots }) => {
    for (const [slot, tally] of slots) {
      const joined = rest.get(slot) ?? createTally();
      joinTally(joined, tally);
      rest.set(slot, joined);
    }
  });
  const isUnnamed = by === "NONE" || by === "DAY" || by === "HOUR";
  const named = inOrder.slice(0, most).map(({ key, slots }) => ({ key: isUnnamed ? null : key, slots, isRest: false }));
  const all = rest.size === 0 ? named : [...named, { key: null, slots: rest, isRest: true }];
  const cells = all.flatMap(({ key, slots, isRest }) =>
    [...slots].map(([intervalStart, tally]) => ({ tally, place: { key, isRest, intervalStart, isComplete } })),
  );
  const byTime = hasInterval || by === "DAY" || by === "HOUR" ? cells.sort(newestFirst) : cells;
  // No row at all would say that there are no such runs.
  if (byTime.length === 0 && !isComplete)
    return [toRow(createTally(), { key: null, isRest: !isUnnamed, intervalStart: null, isComplete })];
  const isCut = byTime.length > ROWS_MAX;
  return byTime
    .slice(0, ROWS_MAX)
    .map(({ tally, place }) => toRow(tally, isCut ? { ...place, isComplete: false } : place));
}

function weightOfGroup({ slots }: { readonly slots: ReadonlyMap<number | null, Tally> }): number {
  return slots.size;
}

// The order of the groups stays within one stretch.
function newestFirst({ place: one }: Placed, { place: other }: Placed): number {
  return (other.intervalStart ?? Number.NEGATIVE_INFINITY) - (one.intervalStart ?? Number.NEGATIVE_INFINITY) || 0;
}

interface Placed {
  readonly place: Pick<StatisticsRow, "intervalStart">;
}
