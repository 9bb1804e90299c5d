import type { Fleet, RegionPlan } from "./fleet.ts";
import { JOBS, type Job } from "./jobs.ts";
import { createPlannedRun, type RecordPlan, type RunBase, WAITING } from "./lifecycle.ts";
import {
  type CommandRecord,
  type InstanceRecord,
  PLAIN_SETTINGS,
  type PrintedOutput,
  type Run,
  type RunSettings,
} from "./model.ts";
import { errorInfoOf, OUTCOMES } from "./outcomes.ts";
import { cutOutput } from "./prints.ts";
import { between, createRandom, hash, pick, type Random, randomText } from "./random.ts";

/** A region with what its runs are made of. */
export interface Ground {
  readonly plan: RegionPlan;
  readonly fleet: Fleet;
  readonly commands: ReadonlyMap<string, CommandRecord>;
  readonly seed: number;
}

const DAY = 86_400_000;
/** The command could not be delivered within a minute. */
const DELIVERY_MS = 60_000;
const STOPPED_SHARE = 0.02;

const SETTINGS = new Map<string, RunSettings>(JOBS.map((job) => [job.name, { ...PLAIN_SETTINGS, ...job.settings }]));

/** The stored commands of all jobs in a region, by name. */
export function createCommands(plan: RegionPlan, seed: number, start: number): ReadonlyMap<string, CommandRecord> {
  return new Map(JOBS.map((job) => [job.name, toCommand(plan, job, seed, start)]));
}

function toCommand(plan: RegionPlan, job: Job, seed: number, start: number): CommandRecord {
  const random = createRandom(hash(seed, plan.product, plan.regionId, job.name));
  const { timeout, workingDir, parameters } = settingsOf(job);
  return {
    commandId: `c-${plan.runToken}0${randomText(random, 13)}`,
    name: job.name,
    description: job.description ?? "",
    type: job.type ?? "RunShellScript",
    content: Buffer.from(job.content),
    provider: "User",
    creationTime: start - between(random, 30, 400) * DAY,
    timeout,
    workingDir,
    parameterNames: Object.keys(parameters),
  };
}

function settingsOf(job: Job): RunSettings {
  return SETTINGS.get(job.name) ?? PLAIN_SETTINGS;
}

/** One run of a job on some machines of a region; now and then somebody stops it. */
export function createJobRun(ground: Ground, job: Job, sequence: number, creationTime: number, random: Random): Run {
  const machines = chooseMachines(ground, job, random);
  const base = createBase(ground, job, machines, sequence, creationTime, random);
  const seed = hash(ground.seed, sequence);
  let failing: ReadonlySet<number> | null = null;
  const planOf = (index: number) => {
    failing ??= chooseFailing(job, machines.length, createRandom(seed));
    return planRecord(ground, job, machines[index], creationTime, failing.has(index), hash(seed, index));
  };
  const isStopped = random() < STOPPED_SHARE;
  return createPlannedRun(base, planOf, isStopped ? creationTime + between(random, 0, job.load.durationMs[1]) : null);
}

/** What is known of a job's run before it begins. */
export function createBase(
  { plan, commands }: Ground,
  job: Job,
  machines: readonly InstanceRecord[],
  sequence: number,
  creationTime: number,
  random: Random,
): RunBase {
  const command = commands.get(job.name);
  if (command === undefined) throw new RangeError(`no command ${job.name}`);
  const invokeId = `t-${plan.runToken}0${randomText(random, 13)}`;
  const instanceIds = machines.map((machine) => machine.instanceId);
  return { invokeId, sequence, creationTime, command, settings: settingsOf(job), instanceIds };
}

/** Some machines that fit a job, next to each other. */
export function chooseMachines({ fleet }: Ground, job: Job, random: Random): readonly InstanceRecord[] {
  const role = pick(random, job.roles.length === 1 ? job.roles : job.roles.filter((each) => fleet[each].length > 0));
  const machines = fleet[role];
  const count = Math.min(between(random, job.load.machines[0], job.load.machines[1]), machines.length);
  const from = between(random, 0, machines.length - count);
  return machines.slice(from, from + count);
}

function chooseFailing(job: Job, count: number, random: Random): ReadonlySet<number> {
  if (count >= 100) return new Set(Array.from({ length: between(random, 1, 3) }, () => between(random, 0, count - 1)));
  const all = Array.from({ length: count }, (_, index) => index);
  return new Set(all.filter(() => random() < job.load.failureRate));
}

/** How a job goes on one machine; everything follows from the seed. */
export function planRecord(
  { plan: { product } }: Ground,
  job: Job,
  machine: InstanceRecord | undefined,
  creationTime: number,
  isFailing: boolean,
  seed: number,
): RecordPlan {
  if (machine === undefined) throw new RangeError("a run has one plan for each of its machines");
  const random = createRandom(seed);
  const startsAt = creationTime + between(random, 200, 1_800);
  const endsAt = startsAt + between(random, job.load.durationMs[0], job.load.durationMs[1]);
  const print = (exitCode: number): PrintedOutput =>
    cutOutput(job.print({ machine, at: startsAt, exitCode, random: createRandom(seed + 1) }));
  const { instanceId } = machine;
  const mayBeCut = job.isLong ?? false;
  const ended = (outcome: string, exitCode: number, errorCode = "", errorInfo = ""): RecordPlan => {
    const output = () => print(exitCode);
    return { instanceId, startsAt, endsAt, mayBeCut, outcome, exitCode, errorCode, errorInfo, output };
  };
  if (!isFailing) return ended("Success", 0);
  if (random() < 0.6) {
    const exitCode = pick(random, job.exitCodes ?? [1]);
    return ended("Failed", exitCode, "ExitCodeNonzero", errorInfoOf(product, "ExitCodeNonzero"));
  }
  const { status, errorCode, errorInfo } = pick(random, OUTCOMES[product]);
  const failed = {
    instanceId,
    startsAt,
    endsAt,
    mayBeCut: false,
    outcome: status,
    errorCode,
    errorInfo: errorInfo[product],
  };
  const output = () => firstHalf(print(1));
  switch (status) {
    case "Aborted":
      return { ...failed, startsAt: null, endsAt: creationTime + DELIVERY_MS, exitCode: null, output: WAITING.output };
    case "Invalid":
      return { ...failed, startsAt: null, endsAt: creationTime + 1_000, exitCode: null, output: WAITING.output };
    case "Timeout":
      return { ...failed, endsAt: startsAt + settingsOf(job).timeout * 1000, exitCode: 0, output };
    case "Error":
      return { ...failed, exitCode: -1, output };
    case "Failed":
      return { ...failed, exitCode: pick(random, job.exitCodes ?? [1]), output };
  }
}

function firstHalf({ bytes }: PrintedOutput): PrintedOutput {
  return { bytes: bytes.subarray(0, Math.ceil(bytes.length / 2)), dropped: 0 };
}
