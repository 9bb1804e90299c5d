import type { RegionPlan } from "./fleet.ts";
import type { Ground } from "./generate.ts";
import type { Job } from "./jobs.ts";
import { JOBS } from "./jobs.ts";
import type { RecordPlan } from "./lifecycle.ts";
import { createPlannedRun } from "./lifecycle.ts";
import type { CommandRecord, InstanceRecord, PrintedOutput, Run, RunSettings } from "./model.ts";
import { errorInfoOf, OUTCOMES } from "./outcomes.ts";
import { cutOutput } from "./prints.ts";
import type { Random } from "./random.ts";
import { between, createRandom, hash, pick, randomText } from "./random.ts";

const DAY = 86_400_000;
/** The command could not be delivered within a minute. */
const DELIVERY_MS = 60_000;
const STOPPED_SHARE = 0.02;

const PLAIN: RunSettings = {
  frequency: "",
  repeatMode: "Once",
  timed: false,
  timeout: 60,
  parameters: {},
  username: "root",
  workingDir: "/root",
  containerId: "",
  containerName: "",
  launcher: "",
  terminationMode: "Process",
  ossOutputDelivery: "",
  resourceGroupId: "",
  tags: [],
};

const SETTINGS: ReadonlyMap<string, RunSettings> = new Map(
  JOBS.map((job) => [job.name, { ...PLAIN, ...job.settings }]),
);

/** How a job is started, with every default. */
export function settingsOf(job: Job): RunSettings {
  return SETTINGS.get(job.name) ?? PLAIN;
}

/** The stored command of a job in a region. */
export function toCommand(plan: RegionPlan, job: Job, seed: number, start: number): CommandRecord {
  const random = createRandom(hash(seed, plan.product, plan.regionId, job.name));
  return {
    commandId: `c-${plan.runToken}0${randomText(random, 13)}`,
    name: job.name,
    description: job.description,
    type: job.type,
    content: Buffer.from(job.content),
    provider: "User",
    creationTime: start - between(random, 30, 400) * DAY,
    timeout: job.settings?.timeout ?? PLAIN.timeout,
    workingDir: job.settings?.workingDir ?? PLAIN.workingDir,
    parameterNames: Object.keys(job.settings?.parameters ?? {}),
  };
}

/** One run of a job on some machines of a region; now and then somebody stops it. */
export function createJobRun(ground: Ground, job: Job, sequence: number, creationTime: number, random: Random): Run {
  const machines = chooseMachines(ground, job, random);
  const seed = hash(ground.seed, sequence);
  let failing: ReadonlySet<number> | null = null;
  const run = createPlannedRun({
    invokeId: `t-${ground.plan.runToken}0${randomText(random, 13)}`,
    sequence,
    creationTime,
    command: commandOf(ground, job),
    settings: settingsOf(job),
    instanceIds: machines.map((machine) => machine.instanceId),
    planOf: (index) => {
      const machine = machines[index];
      if (machine === undefined) throw new RangeError(`no machine ${index}`);
      failing ??= chooseFailing(job, machines.length, createRandom(seed));
      return planRecord(ground, job, machine, creationTime, failing.has(index), hash(seed, index));
    },
  });
  if (random() < STOPPED_SHARE) run.stop(creationTime + between(random, 0, job.durationMs[1]), []);
  return run;
}

/** The stored command of a job where it runs. */
export function commandOf({ commands }: Ground, job: Job): CommandRecord {
  const command = commands.get(job.name);
  if (command === undefined) throw new RangeError(`no command ${job.name}`);
  return command;
}

/** Some machines that fit a job, next to each other. */
export function chooseMachines({ fleet }: Ground, job: Job, random: Random): readonly InstanceRecord[] {
  const role = pick(random, job.roles.length === 1 ? job.roles : job.roles.filter((each) => fleet[each].length > 0));
  const machines = fleet[role];
  const count = Math.min(between(random, job.machines[0], job.machines[1]), machines.length);
  const from = between(random, 0, machines.length - count);
  return machines.slice(from, from + count);
}

function chooseFailing(job: Job, count: number, random: Random): ReadonlySet<number> {
  if (count >= 100) return new Set(Array.from({ length: between(random, 1, 3) }, () => between(random, 0, count - 1)));
  const all = Array.from({ length: count }, (_, index) => index);
  return new Set(all.filter(() => random() < job.failureRate));
}

/** How a job goes on one machine; everything follows from the seed. */
export function planRecord(
  ground: Ground,
  job: Job,
  machine: InstanceRecord,
  creationTime: number,
  isFailing: boolean,
  seed: number,
): RecordPlan {
  const random = createRandom(seed);
  const { product } = ground.plan;
  const startsAt = creationTime + between(random, 200, 1_800);
  const endsAt = startsAt + between(random, job.durationMs[0], job.durationMs[1]);
  const print = (exitCode: number): PrintedOutput =>
    cutOutput(job.print({ machine, at: startsAt, exitCode, random: createRandom(seed + 1) }));
  const base = { instanceId: machine.instanceId, startsAt, endsAt, mayBeCut: job.isLong ?? false };
  if (!isFailing) {
    return { ...base, outcome: "Success", exitCode: 0, errorCode: "", errorInfo: "", output: () => print(0) };
  }
  if (random() < 0.6) {
    const exitCode = pick(random, job.exitCodes);
    const errorInfo = errorInfoOf(product, "ExitCodeNonzero");
    return {
      ...base,
      outcome: "Failed",
      exitCode,
      errorCode: "ExitCodeNonzero",
      errorInfo,
      output: () => print(exitCode),
    };
  }
  const outcome = pick(random, OUTCOMES[product]);
  const timeoutMs = settingsOf(job).timeout * 1000;
  const failed = {
    instanceId: machine.instanceId,
    mayBeCut: false,
    outcome: outcome.status,
    errorCode: outcome.errorCode,
    errorInfo: outcome.errorInfo[product],
  };
  if (!outcome.hasStarted) {
    const isSlow = outcome.status === "Aborted";
    const goneAt = creationTime + (isSlow ? DELIVERY_MS : 1_000);
    return {
      ...failed,
      startsAt: null,
      endsAt: goneAt,
      exitCode: null,
      output: () => ({ bytes: new Uint8Array(), dropped: 0 }),
    };
  }
  const isTimeout = outcome.status === "Timeout";
  return {
    ...failed,
    startsAt,
    endsAt: isTimeout ? startsAt + timeoutMs : endsAt,
    exitCode: isTimeout ? 0 : outcome.status === "Failed" ? pick(random, job.exitCodes) : -1,
    output: () => firstHalf(print(1)),
  };
}

function firstHalf({ bytes }: PrintedOutput): PrintedOutput {
  return { bytes: bytes.subarray(0, Math.ceil(bytes.length / 2)), dropped: 0 };
}
