import {
  type CommandType,
  codeOfErrorInfo,
  type Execution,
  type ExecutionError,
  type Invocation,
  isFinalInstanceStatus,
  type OssDelivery,
  type Tag,
  UpstreamError,
} from "#domain";
import {
  type Fields,
  isFields,
  isNothing,
  pick,
  readBoolean,
  readCount,
  readId,
  readInteger,
  readParameters,
  readTags,
  readText,
  readTime,
} from "./fields.ts";
import type { Reading } from "./reading.ts";
import { readRecords, readSome } from "./records.ts";
import { INSTANCE_STATUS_FIELDS, readInstanceStatus, readRunStatus, type ToldStatus } from "./status.ts";

/** What any record of one execution says, read by the names of all generations; null where it does not say. */
export interface ExecutionShape
  extends Omit<Execution, "source" | "invokeId" | "instanceId" | "output" | "pastOutput" | "redactedBy" | "readFrom"> {
  readonly invokeId: string | null;
  readonly instanceId: string | null;
  readonly creationTime: string | null;
  readonly updateTime: string | null;
  /** Still encoded; null for nothing; the JSON of what is no text. */
  readonly output: string | null;
  /** False if something else than a text came as the output. */
  readonly isOutputText: boolean;
  /** True if the record speaks of an output, be it empty. */
  readonly tellsOutput: boolean;
  readonly droppedBytes: number | null;
  readonly tags: readonly Tag[];
  /** False where the record has not one of the fields beyond ids, status and creation time. */
  readonly isDetailed: boolean;
}

/** What only the run as a whole, or the answer it stands in, tells. */
type BesideRun = "source" | "invokeId" | "command" | "status" | "rawStatus" | "instances" | "readFrom";
type AddedLater = "resourceGroupIds" | "redactedBy" | "isGoneUpstream";

/** What any record of one run says, read by the names of all generations; null where it does not say. */
export interface RunShape extends Omit<Invocation, BesideRun | AddedLater> {
  readonly invokeId: string | null;
  readonly commandId: string | null;
  readonly commandName: string | null;
  readonly commandDescription: string | null;
  readonly commandType: CommandType | null;
  /** Still encoded; null for nothing. */
  readonly commandContent: string | null;
  /** Null where no field tells it; it is then rolled up from the instances. */
  readonly told: ToldStatus | null;
  /** As they came: an upstream may tell an instance twice, as after it tried again. */
  readonly instances: readonly ExecutionShape[];
}

/** A run that says, with the request's help, which one it is. */
export type NamedRun = RunShape & { readonly invokeId: string };

const INSTANCE_LIST = { name: "InvokeInstances", inner: "InvokeInstance", marks: ["InstanceId"] };

const DETAILS = ["StartTime", "FinishTime", "FinishedTime", "ExitCode", "ErrorCode", "Repeats", "Output", "UpdateTime"];

const COMMAND_TYPES: Readonly<Record<string, CommandType>> = {
  runshellscript: "RUN_SHELL_SCRIPT",
  runbatscript: "RUN_BAT_SCRIPT",
  runpowershellscript: "RUN_POWERSHELL_SCRIPT",
};

/** Reads one run with the instances nested in it. */
export function readRun(fields: Fields, reading: Reading): RunShape {
  const nested = fields.InvokeInstances;
  const { instances, missingInstances } = readInstances(fields, reading);
  return {
    commandId: readId(fields, "CommandId", reading),
    commandName: readText(fields, "CommandName", reading),
    commandDescription: readText(fields, "CommandDescription", reading),
    commandType: readCommandType(fields, reading),
    commandContent: readText(fields, "CommandContent", reading),
    invokeId: readId(fields, "InvokeId", reading),
    creationTime: readTime(fields, "CreationTime", reading),
    told: readRunStatus(fields, reading),
    parameters: readParameters(fields, "Parameters", reading),
    timed: readBoolean(fields, "Timed", reading),
    repeatMode: readRepeatMode(fields, reading),
    frequency: readId(fields, "Frequency", reading),
    timeoutSeconds: readCount(fields, "Timeout", reading),
    username: readUsername(fields, reading),
    workingDir: readText(fields, "WorkingDir", reading),
    tags: readRunTags(fields, nested, instances, reading),
    containerId: readId(fields, "ContainerId", reading),
    containerName: readId(fields, "ContainerName", reading),
    launcher: readText(fields, "Launcher", reading),
    terminationMode: readId(fields, "TerminationMode", reading),
    ossOutputDelivery: readId(fields, "OssOutputDelivery", reading),
    instances,
    ...(missingInstances > 0 && { missingInstances }),
  };
}

/** The same, named by the request where it does not name itself. @throws UpstreamError `BAD_RESPONSE` if neither does */
export function readNamedRun(fields: Fields, asked: string | undefined, reading: Reading): NamedRun {
  const run = readRun(fields, reading);
  const invokeId = run.invokeId ?? asked;
  return invokeId === undefined ? reading.fail("a run has no InvokeId") : { ...run, invokeId };
}

/** Reads one execution. `statusFields` says which fields may tell its state, the first that is there wins. */
export function readExecution(
  fields: Fields,
  reading: Reading,
  statusFields: readonly string[] = INSTANCE_STATUS_FIELDS,
): ExecutionShape {
  const exitCode = readInteger(fields, "ExitCode", reading);
  const finishTime = readTime(fields, "FinishTime", reading) ?? readTime(fields, "FinishedTime", reading);
  const isOutputText = typeof fields.Output === "string" || isNothing(fields.Output);
  if (!isOutputText) reading.warn("Output is not a text");
  const { status, rawStatus } = readInstanceStatus(fields, { exitCode, finishTime }, reading, statusFields);
  const isFinal = isFinalInstanceStatus(status);
  return {
    status,
    rawStatus,
    invokeId: readId(fields, "InvokeId", reading),
    instanceId: readId(fields, "InstanceId", reading),
    commandId: readId(fields, "CommandId", reading),
    creationTime: readTime(fields, "CreationTime", reading),
    startTime: readTime(fields, "StartTime", reading),
    finishTime: isFinal ? finishTime : null,
    stopTime: readTime(fields, "StopTime", reading),
    updateTime: readTime(fields, "UpdateTime", reading),
    exitCode: isFinal ? exitCode : null,
    error: readError(fields, reading),
    repeats: readCount(fields, "Repeats", reading),
    username: readUsername(fields, reading),
    output: readOutput(fields.Output),
    isOutputText,
    tellsOutput: fields.Output !== undefined,
    droppedBytes: readCount(fields, "Dropped", reading),
    ossDelivery: readOssDelivery(fields, reading),
    tags: readTags(fields.Tags, reading),
    isDetailed: DETAILS.some((name) => fields[name] !== undefined),
  };
}

/** As it came: a command may print nothing but white space. One blank alone is the vendor's word for none. */
function readOutput(output: unknown): string | null {
  if (output === undefined || output === null || output === "" || output === " ") return null;
  return typeof output === "string" ? output : JSON.stringify(output);
}

/** The instances that can be read, and how many others there are: unreadable ones, or such as the run's own count tells of. */
function readInstances(
  fields: Fields,
  reading: Reading,
): { readonly instances: readonly ExecutionShape[]; readonly missingInstances: number } {
  const nested = fields.InvokeInstances;
  // A sample of the vendor's puts the run's tags, and nothing else that must be there, into InvokeInstances.
  const isNone = isFields(nested) && Object.keys(nested).every((key) => key === "Tags");
  const records = isNone ? [] : readNested(nested, reading);
  const { items, unreadableCount } = readSome(records, INSTANCE_LIST, reading, (record) => {
    const execution = readExecution(record, reading);
    return execution.instanceId === null ? reading.fail("an instance of a run has no InstanceId") : execution;
  });
  const shown = new Set(items.map(({ instanceId }) => instanceId)).size;
  const told = readCount(fields, "InstanceCount", reading) ?? readCount(fields, "VmCount", reading) ?? 0;
  return { instances: items, missingInstances: Math.max(unreadableCount, told - shown) };
}

/** A list that is none costs itself, and not its run: it counts as one instance that cannot be read. */
function readNested(nested: unknown, reading: Reading): readonly unknown[] {
  try {
    return readRecords(nested, INSTANCE_LIST, reading);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return [nested];
  }
}

function readCommandType(fields: Fields, reading: Reading): CommandType | null {
  const word = readId(fields, "CommandType", reading);
  if (word === null) return null;
  const key = word.toLowerCase();
  if (Object.hasOwn(COMMAND_TYPES, key)) return COMMAND_TYPES[key] ?? "UNKNOWN";
  reading.unknownWord("CommandType", word);
  return "UNKNOWN";
}

/** As the vendor's document DescribeInvocations writes them. */
const REPEAT_MODES = ["Once", "Period", "NextRebootOnly", "EveryReboot", "DryRun"];

/** In the vendor's spelling if it is one of the vendor's modes in any case, else as it came. */
function readRepeatMode(fields: Fields, reading: Reading): string | null {
  const word = readId(fields, "RepeatMode", reading);
  return REPEAT_MODES.find((mode) => mode.toLowerCase() === word?.toLowerCase()) ?? word;
}

function readUsername(fields: Fields, reading: Reading): string | null {
  return readId(fields, "Username", reading) ?? readId(fields, "InvokeUser", reading);
}

function readError(fields: Fields, reading: Reading): ExecutionError | null {
  const code = readId(fields, "ErrorCode", reading);
  const info = readText(fields, "ErrorInfo", reading);
  if (code !== null) return { code, info };
  return info === null ? null : { code: codeOfErrorInfo(info) ?? "Unknown", info };
}

function readOssDelivery(fields: Fields, reading: Reading): OssDelivery | null {
  const status = readId(fields, "OssOutputStatus", reading);
  const uri = readId(fields, "OssOutputUri", reading);
  const errorCode = readId(fields, "OssOutputErrorCode", reading);
  const errorInfo = readText(fields, "OssOutputErrorInfo", reading);
  const isTold = status !== null || uri !== null || errorCode !== null || errorInfo !== null;
  return isTold ? { status, uri, errorCode, errorInfo } : null;
}

function readRunTags(
  fields: Fields,
  nested: unknown,
  instances: readonly ExecutionShape[],
  reading: Reading,
): readonly Tag[] {
  const own = readTags(fields.Tags, reading);
  if (own.length > 0) return own;
  const misplaced = isFields(nested) ? readTags(pick(nested, "Tags"), reading) : [];
  return misplaced.length > 0 ? misplaced : (instances[0]?.tags ?? []);
}
