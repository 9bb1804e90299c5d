import { isFinal } from "../../../src/emulator/api/status.ts";
import type { Members, Product } from "../../../src/emulator/http/index.ts";
import type {
  CommandRecord,
  Execution,
  InstanceRecord,
  Run,
  RunRecord,
  RunSettings,
} from "../../../src/emulator/world/index.ts";
import { PLAIN_SETTINGS } from "../../../src/emulator/world/model.ts";
import type { CommandInput, ExecutionInput, InstanceInput, InvocationInput, RecordInput, TimeInput } from "./world.ts";

/** Where a run lies; the defaults of its ids follow from it. */
export interface Place {
  readonly product: Product;
  readonly regionId: string;
}

const NEWEST = Date.UTC(2026, 0, 2, 3, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const STOPPED: ReadonlySet<string> = new Set(["Cancelled", "Terminated"]);
const NOT_SETTINGS: ReadonlySet<string> = new Set(
  "invokeId commandId commandName commandDescription commandType content creationTime status instances wire".split(" "),
);
const NEVER_STARTED: ReadonlySet<string> = new Set(["Pending", "Scheduled", "Aborted", "Invalid", "Cancelled"]);

function time(input: TimeInput | null | undefined, otherwise: number | null): number | null {
  if (input === undefined) return otherwise;
  return typeof input === "string" ? Date.parse(input) : input;
}

function bytes(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? Buffer.from(input, "utf8") : input;
}

/** A run with its defaults; `index` counts from the newest of its region, `sequence` from the oldest. */
export function toRun(place: Place, input: InvocationInput, index: number, sequence: number): Run {
  const number = String(sequence).padStart(6, "0");
  const creationTime = time(input.creationTime, NEWEST - index * MINUTE);
  const inputs = (input.instances ?? [{}]).map((each) => (typeof each === "string" ? { instanceId: each } : each));
  const run = {
    invokeId: input.invokeId ?? `t-${place.regionId.replaceAll("-", "")}${place.product}${number}`,
    sequence,
    creationTime,
    command: toCommand({
      commandId: input.commandId ?? `c-${place.regionId.replaceAll("-", "")}${place.product}${number}`,
      name: input.commandName ?? "demo",
      description: input.commandDescription ?? "",
      type: input.commandType ?? "RunShellScript",
      ...(input.content === undefined ? {} : { content: bytes(input.content) }),
    }),
    settings: settingsOf(input),
    status: input.status ?? null,
    ...(input.wire ? { wire: input.wire } : {}),
  };
  const instanceIds = inputs.map(
    (record, position) => record.instanceId ?? defaultInstanceId(place.product, position + 1),
  );
  let made: readonly RunRecord[] | null = null;
  const records = () => {
    made ??= inputs.map((record, position) => toRecord(place, record, position, creationTime));
    return made;
  };
  return { ...run, instanceIds, records };
}

// Worlds of a hundred thousand runs are made for measurements: what most runs share is kept once.
const PLAIN_CONTENT = bytes("echo ok\n");

function settingsOf(input: InvocationInput): RunSettings {
  return Object.keys(input).every((name) => NOT_SETTINGS.has(name)) ? PLAIN_SETTINGS : toSettings(input);
}

function toSettings(input: InvocationInput): RunSettings {
  const timed = input.timed ?? (input.frequency ?? "") !== "";
  const given = Object.entries(input).filter(([name, value]) => value !== undefined && !NOT_SETTINGS.has(name));
  return { ...PLAIN_SETTINGS, repeatMode: timed ? "Period" : "Once", ...Object.fromEntries(given), timed };
}

/** A record with its defaults; the position gives the instance's id if there is none. */
export function toRecord(place: Place, input: RecordInput, position: number, runTime: number | null): RunRecord {
  const creationTime = time(input.creationTime, runTime);
  const execution = toExecution(input, creationTime);
  return {
    ...execution,
    instanceId: input.instanceId ?? defaultInstanceId(place.product, position + 1),
    creationTime,
    updateTime: time(input.updateTime, execution.finishTime ?? execution.startTime ?? creationTime),
    executions: () => [execution, ...(input.history ?? []).map((each) => toExecution(each, creationTime))],
    wire: toWire(input),
  };
}

/** What the emulator's own world does not have goes out as members put over the record's. */
function toWire({ username, oss, wire }: RecordInput): Members {
  const users = username === undefined ? {} : { Username: username, InvokeUser: username };
  if (oss === undefined) return { ...wire, ...users };
  const { status, uri = "", errorCode = "", errorInfo = "" } = oss;
  const delivery = { OssOutputStatus: status, OssOutputUri: uri };
  return { ...wire, ...users, ...delivery, OssOutputErrorCode: errorCode, OssOutputErrorInfo: errorInfo };
}

function toExecution(input: ExecutionInput, creationTime: number | null): Execution {
  const status = input.status ?? ((input.exitCode ?? 0) === 0 ? "Success" : "Failed");
  const hasEnded = isFinal(status);
  const hasStarted = !NEVER_STARTED.has(status) && creationTime !== null;
  const startTime = time(input.startTime, hasStarted ? creationTime + SECOND : null);
  const finishTime = time(input.finishTime, hasEnded && startTime !== null ? startTime + 2 * SECOND : null);
  const output = bytes(input.output ?? (hasEnded && hasStarted ? "ok\n" : ""));
  const exitCode = status === "Success" ? 0 : status === "Failed" ? 1 : null;
  const isPlainFailure = status === "Failed" && input.errorCode === undefined;
  return {
    status,
    startTime,
    finishTime,
    stopTime: time(input.stopTime, STOPPED.has(status) ? finishTime : null),
    exitCode: input.exitCode === undefined ? exitCode : input.exitCode,
    repeats: input.repeats ?? (hasStarted && hasEnded ? 1 : 0),
    errorCode: input.errorCode ?? (isPlainFailure ? "ExitCodeNonzero" : ""),
    errorInfo: input.errorInfo ?? (isPlainFailure ? "The command execution exit code is not zero" : ""),
    mayBeCut: (input.dropped ?? 0) > 0,
    output: () => ({ bytes: output, dropped: input.dropped ?? 0 }),
  };
}

function defaultInstanceId(product: Product, number: number): string {
  const digits = String(number).padStart(4, "0");
  return product === "ecs" ? `i-bp1test${digits}` : `ace0706b2ac4454d984295a94213${digits}`;
}

/** A machine with its defaults. */
export function toInstance(input: InstanceInput): InstanceRecord {
  const given = typeof input === "string" ? { instanceId: input } : input;
  return {
    name: given.instanceId,
    osType: "linux",
    osName: "Alibaba Cloud Linux 3.2104 LTS 64-bit",
    status: "Running",
    privateIpAddress: "172.16.0.10",
    publicIpAddress: "203.0.113.10",
    creationTime: Date.UTC(2025, 5, 1, 8, 30),
    tags: [],
    agentOnline: true,
    ...given,
  };
}

/** A command with its defaults. */
export function toCommand(input: CommandInput): CommandRecord {
  return {
    name: "demo",
    description: "",
    type: "RunShellScript",
    content: PLAIN_CONTENT,
    provider: "User",
    creationTime: Date.UTC(2025, 5, 1, 8, 30),
    timeout: 60,
    workingDir: "/root",
    parameterNames: [],
    ...input,
  };
}
