import { chooseMachines, createBase, type Ground, planRecord } from "./job-run.ts";
import { JOBS } from "./jobs.ts";
import { executionAt, type RecordPlan, type RunBase, toRecord, WAITING } from "./lifecycle.ts";
import type { Execution, Run, RunRecord } from "./model.ts";
import { createRandom, hash } from "./random.ts";

/** When a repeated run is due: every execution of every machine follows from its number. */
interface Schedule {
  readonly firstAt: number;
  readonly everyMs: number;
  /** Null if it goes on for good. */
  readonly executionCount: number | null;
  /** Execution `number` (from 0) on a machine, due at `at`; must end before the next one is due. */
  readonly planOf: (instanceIndex: number, number: number, at: number) => RecordPlan;
}

type Row = readonly [
  job: string,
  frequency: string,
  everyMs: number,
  ageMs: number,
  repeatMode: "Period" | "EveryReboot" | "NextRebootOnly",
  executionCount: number | null,
];

const MINUTE = 60_000;
const DAY = 86_400_000;
/** The oldest executions of a long schedule are forgotten. */
const KEPT_EXECUTIONS = 200;

const ROWS: readonly Row[] = [
  ["health-check", "0 */10 * * * *", 10 * MINUTE, 3 * DAY, "Period", null],
  ["rotate-logs", "0 0 3 * * *", DAY, 13 * DAY, "Period", null],
  ["sync-time", "rate(1h)", 60 * MINUTE, 9 * DAY, "Period", null],
  ["clean-disk", "0 0 */6 * * ? * Asia/Shanghai", 360 * MINUTE, 10 * DAY, "Period", 20],
  ["sync-time", "", 5 * DAY, 11 * DAY, "EveryReboot", null],
  ["clean-disk", "", 30 * DAY, 20 * MINUTE, "NextRebootOnly", 1],
];

/** The repeated runs of a region, begun before the world's start. */
export function createSchedules(ground: Ground, start: number): readonly Run[] {
  return ROWS.map((row, number) => createSchedule(ground, row, number, start));
}

function createSchedule(ground: Ground, row: Row, number: number, start: number): Run {
  const [name, frequency, everyMs, ageMs, repeatMode, executionCount] = row;
  const job = JOBS.find((each) => each.name === name);
  if (job === undefined) throw new RangeError(`no job ${name}`);
  const random = createRandom(hash(ground.seed, ground.plan.regionId, "schedule", number));
  const machines = chooseMachines(ground, job, random);
  const creationTime = Math.floor((start - ageMs) / 1000) * 1000;
  const base = createBase(ground, job, machines, number + 1, creationTime, random);
  return createScheduledRun(
    { ...base, settings: { ...base.settings, frequency, repeatMode, timed: true } },
    {
      firstAt: Math.ceil((creationTime + 1) / everyMs) * everyMs,
      everyMs,
      executionCount,
      planOf: (index, execution, at) => {
        const seed = hash(ground.seed, number, index, execution);
        return planRecord(ground, job, machines[index], at, createRandom(seed)() < job.load.failureRate, seed);
      },
    },
  );
}

/** Makes a run that is Scheduled between its executions, Running during them, and ends with its schedule. */
function createScheduledRun(base: RunBase, schedule: Schedule): Run {
  return {
    ...base,
    status: null,
    records: (now) => base.instanceIds.map((instanceId, index) => recordAt(base, schedule, instanceId, index, now)),
  };
}

function recordAt(base: RunBase, schedule: Schedule, instanceId: string, index: number, now: number): RunRecord {
  const { firstAt, everyMs, executionCount } = schedule;
  const due = now < firstAt ? 0 : Math.floor((now - firstAt) / everyMs) + 1;
  const count = Math.min(due, executionCount ?? due);
  const executionOf = (number: number): Execution => {
    const plan = schedule.planOf(index, number, firstAt + number * everyMs);
    return { ...executionAt(plan, now), repeats: number + 1 };
  };
  if (count === 0) {
    const notYet = { ...WAITING, status: "Scheduled" };
    return toRecord(base, instanceId, notYet, () => [notYet]);
  }
  const latest = executionOf(count - 1);
  // Between two executions the state is Scheduled, and the values are those of the one before.
  const isOver = latest.status !== "Running" && latest.status !== "Pending" && count !== executionCount;
  return toRecord(base, instanceId, isOver ? { ...latest, status: "Scheduled" } : latest, () =>
    Array.from({ length: Math.min(count, KEPT_EXECUTIONS) }, (_, i) => executionOf(count - 1 - i)),
  );
}
