import { InputError, type InvocationFilter, mapInBreaks } from "#domain";
import type { RunOutline } from "#store";
import type { Services, StatisticsGroup, StatisticsInterval, StatisticsRow } from "../contract/index.ts";
import type { Places } from "./places.ts";
import { type RunScan, type ScannedPart, upTo } from "./scan.ts";
import type { ServerPages } from "./servers.ts";
import { type Cell, createGroups, type Groups, largestOf, type Stretches } from "./statistics-groups.ts";
import { countExecution, countRun, createTally, joinTally, type Tally, toRow } from "./tally.ts";

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
    const outline = filter.createdAfter === undefined ? scan.outlineKnown : scan.outlineAll;
    const detail = by === "INSTANCE" ? "EXECUTIONS" : "RUNS";
    const cellsIn = (run: RunOutline) => cellsOf(run, { by, spanMs, instanceId: filter.instanceId });
    const countIn = (groups: Groups) => countParts(upTo(RUNS_MAX, outline(filter, detail, operation)), groups, cellsIn);
    const most = interval === null ? GROUPS_MAX : GROUPS_WITH_INTERVAL_MAX;
    const all = createGroups(null);
    const ofAll = await countIn(all);
    const isHeld = all.tallies !== null;
    const groups = isHeld ? all : createGroups(new Set(largestOf(all.sizes, most)));
    const fared = isHeld ? ofAll : await countIn(groups);
    // Runs of which some server cannot be shown are counted, and that server is not.
    const isWhole = fared.isWhole && (by !== "INSTANCE" || fared.areServersWhole);
    const isComplete = isWhole && fared.isCurrent && failures.size === 0;
    return toRows(groups, most, { by, hasInterval: interval !== null, isComplete });
  };
  // Each may hold what takes 20 MB, and one operation may ask for a hundred.
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

interface CountedBy {
  readonly by: StatisticsGroup;
  readonly spanMs: StatisticsInterval | null;
  readonly instanceId: string | undefined;
}

/** What a run counts for, by the row's key; texts that a key does not have are empty. */
function cellsOf(run: RunOutline, { by, spanMs, instanceId }: CountedBy): readonly Cell[] {
  const slot = slotOf(run, spanMs);
  if (by !== "INSTANCE") return [{ key: KEYS[by](run), slot, counted: countRun(run) }];
  return run.executions
    .filter((one) => instanceId === undefined || instanceId === one.instanceId)
    .map((one) => ({ key: one.instanceId, slot, counted: countExecution(run, one) }));
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

/** How the runs fared that were gone through. */
interface Fared {
  readonly isWhole: boolean;
  readonly areServersWhole: boolean;
  readonly isCurrent: boolean;
}

async function countParts(
  parts: AsyncIterable<ScannedPart>,
  groups: Groups,
  cellsIn: (run: RunOutline) => readonly Cell[],
): Promise<Fared> {
  let fared: Fared = { isWhole: true, areServersWhole: true, isCurrent: true };
  for await (const { runs, isComplete, sources } of parts) {
    fared = {
      isWhole: isComplete,
      areServersWhole: sources.every((source) => source.isComplete),
      isCurrent: fared.isCurrent && sources.every((source) => source.isCurrent),
    };
    for (const run of runs) for (const cell of cellsIn(run)) groups.add(cell);
  }
  return fared;
}

interface RowRules {
  readonly by: StatisticsGroup;
  readonly hasInterval: boolean;
  readonly isComplete: boolean;
}

/** The largest groups with a row each, and one for the rest; with an interval, a row for each of its stretches that has any. None only if there are certainly no runs. */
async function toRows(
  { sizes, tallies }: Groups,
  most: number,
  { by, hasInterval, isComplete }: RowRules,
): Promise<readonly StatisticsRow[]> {
  const held = tallies ?? new Map<string | null, Stretches>();
  const largest = largestOf(sizes, most).filter((key) => held.has(key));
  const rest = new Map<number | null, Tally>(held.get(null));
  const named = new Set<string | null>([...largest, null]);
  const others = [...held].filter(([key]) => !named.has(key));
  await mapInBreaks(others, weightOfGroup, ([, slots]) => {
    for (const [slot, tally] of slots) {
      const joined = rest.get(slot) ?? createTally();
      joinTally(joined, tally);
      rest.set(slot, joined);
    }
  });
  const isUnnamed = by === "NONE" || by === "DAY" || by === "HOUR";
  const groups = largest.map((key) => {
    const slots: Stretches = held.get(key) ?? new Map();
    return { key: isUnnamed ? null : key, slots, isRest: false };
  });
  const all = rest.size === 0 ? groups : [...groups, { key: null, slots: rest, isRest: true }];
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

function weightOfGroup([, slots]: readonly [unknown, Stretches]): number {
  return slots.size;
}

// The order of the groups stays within one stretch.
function newestFirst({ place: one }: Placed, { place: other }: Placed): number {
  return (other.intervalStart ?? Number.NEGATIVE_INFINITY) - (one.intervalStart ?? Number.NEGATIVE_INFINITY) || 0;
}

interface Placed {
  readonly place: Pick<StatisticsRow, "intervalStart">;
}
