import type { Ground } from "./generate.ts";
import { chooseMachines, commandOf, planRecord, settingsOf } from "./job-run.ts";
import { JOBS } from "./jobs.ts";
import type { Run } from "./model.ts";
import { createRandom, hash, randomText } from "./random.ts";
import { createScheduledRun } from "./schedule.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

interface ScheduleRow {
  readonly job: string;
  readonly frequency: string;
  readonly everyMs: number;
  readonly ageMs: number;
  readonly repeatMode: "Period" | "EveryReboot" | "NextRebootOnly";
  readonly executionCount: number | null;
}

const SCHEDULES: readonly ScheduleRow[] = [
  {
    job: "health-check",
    frequency: "0 */10 * * * *",
    everyMs: 10 * MINUTE,
    ageMs: 3 * DAY,
    repeatMode: "Period",
    executionCount: null,
  },
  {
    job: "rotate-logs",
    frequency: "0 0 3 * * *",
    everyMs: DAY,
    ageMs: 13 * DAY,
    repeatMode: "Period",
    executionCount: null,
  },
  {
    job: "sync-time",
    frequency: "rate(1h)",
    everyMs: 60 * MINUTE,
    ageMs: 9 * DAY,
    repeatMode: "Period",
    executionCount: null,
  },
  {
    job: "clean-disk",
    frequency: "0 0 */6 * * ? * Asia/Shanghai",
    everyMs: 360 * MINUTE,
    ageMs: 10 * DAY,
    repeatMode: "Period",
    executionCount: 20,
  },
  {
    job: "sync-time",
    frequency: "",
    everyMs: 5 * DAY,
    ageMs: 11 * DAY,
    repeatMode: "EveryReboot",
    executionCount: null,
  },
  {
    job: "clean-disk",
    frequency: "",
    everyMs: 30 * DAY,
    ageMs: 20 * MINUTE,
    repeatMode: "NextRebootOnly",
    executionCount: 1,
  },
];

/** The repeated runs of a region, begun before the world's start. */
export function createSchedules(ground: Ground, start: number): readonly Run[] {
  return SCHEDULES.map((row, number) => createSchedule(ground, row, number, start));
}

function createSchedule(ground: Ground, row: ScheduleRow, number: number, start: number): Run {
  const job = JOBS.find((each) => each.name === row.job);
  if (job === undefined) throw new RangeError(`no job ${row.job}`);
  const random = createRandom(hash(ground.seed, ground.plan.regionId, "schedule", number));
  const machines = chooseMachines(ground, job, random);
  const creationTime = Math.floor((start - row.ageMs) / 1000) * 1000;
  return createScheduledRun({
    invokeId: `t-${ground.plan.runToken}0${randomText(random, 13)}`,
    sequence: number + 1,
    creationTime,
    command: commandOf(ground, job),
    settings: {
      ...settingsOf(job),
      frequency: row.frequency,
      repeatMode: row.repeatMode,
      timed: true,
    },
    instanceIds: machines.map((machine) => machine.instanceId),
    firstAt: Math.ceil((creationTime + 1) / row.everyMs) * row.everyMs,
    everyMs: row.everyMs,
    executionCount: row.executionCount,
    planOf: (index, execution, at) => {
      const machine = machines[index];
      if (machine === undefined) throw new RangeError(`no machine ${index}`);
      const seed = hash(ground.seed, number, index, execution);
      return planRecord(ground, job, machine, at, createRandom(seed)() < job.failureRate, seed);
    },
  });
}
