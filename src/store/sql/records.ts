import {
  durationMsOf,
  type Execution,
  finishTimeOf,
  hasSchedule,
  type InstanceInvocation,
  type Invocation,
  type InvocationResult,
  isFinalRun,
  isInPart,
  lacksInstances,
  msBetween,
  type Output,
  type Source,
  sourceRank,
} from "#domain";
import { timeOf } from "../contract/index.ts";
import { stateOf, uuidOf } from "./contents.ts";
import { toOrderedText, toSearchedText } from "./ordered-text.ts";
import { NONE, UNREAD } from "./tables.ts";

/** The key of a source in every table. */
export function sourceKeyOf(source: Source): string {
  return toOrderedText(sourceRank(source));
}

/** The place of a time in the total order, which ascends. */
export function ageOf(time: number): number {
  // Never the number -0, which PostgreSQL does not read as a bigint.
  return time === 0 ? 0 : -time;
}

/** A label of a run as a member of its `labels`: by its key alone, or with its value. */
export function labelOf(key: string, value?: string): string {
  return toOrderedText(value === undefined ? `k${key}` : `v${key.length}/${key}/${value}`);
}

/** A resource group as a member of a run's `labels`. */
export function groupLabelOf(resourceGroupId: string): string {
  return toOrderedText(`g${resourceGroupId}`);
}

/** The label of a run of which some instance cannot be shown. */
export const LACKING_LABEL = "lacking";
/** The label of a run of which some instance that is over is not told whole. */
export const IN_PART_LABEL = "in part";

/** The columns of a run whose script is given by id. */
export function toRunColumns(run: Invocation) {
  const { source, instances, command, isGoneUpstream: _mark, ...record } = run;
  const { content, ...plainCommand } = command;
  const finishTime = finishTimeOf(run);
  return {
    source_key: sourceKeyOf(source),
    invoke_id: toOrderedText(run.invokeId),
    age: ageOf(timeOf(run)),
    status: run.status,
    is_open: !isFinalRun(run),
    has_schedule: hasSchedule(run),
    command_id: textOf(command.commandId),
    command_name: textOf(command.name),
    command_type: command.type,
    searched_name: command.name === null ? null : toSearchedText(command.name.toLowerCase()),
    repeat_mode: textOf(run.repeatMode),
    finished_at: finishTime === null ? null : Date.parse(finishTime),
    duration_ms: durationMsOf(run),
    labels: toArrayText(labelsOf(run)),
    record: JSON.stringify({ ...record, command: plainCommand }),
    script_state: stateOf(content),
    script: scriptOf(run),
  };
}

/** The id of a run's script, if it has one that was read. */
export function scriptOf({ command: { content } }: Invocation): string | null {
  return content ? uuidOf(content) : null;
}

function textOf(value: string | null): string | null {
  return value === null ? null : toOrderedText(value);
}

function labelsOf(run: Invocation): readonly string[] {
  const tags = run.tags.flatMap(({ key, value }) => [labelOf(key), labelOf(key, value)]);
  const lacking = [...(lacksInstances(run) ? [LACKING_LABEL] : []), ...(isInPart(run) ? [IN_PART_LABEL] : [])];
  return [...tags, ...(run.resourceGroupIds ?? []).map(groupLabelOf), ...lacking];
}

/** An array within an array of rows is flattened by unnest, so it travels as text. */
export function toArrayText(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}`;
}

/** The columns of an execution, or of a result, whose output is given by id. */
export function toExecutionColumns(row: InstanceInvocation | InvocationResult) {
  const { source: _source, output, pastOutput: _past, keptOutput: _kept, isGoneUpstream: _mark, ...record } = row;
  const kept = keptOutputOf(row);
  const outputMarks = marksOf(kept);
  return {
    instance_id: toOrderedText(row.instanceId),
    status: row.status,
    error_code: textOf(row.error?.code ?? null),
    exit_code: row.exitCode,
    duration_ms: msBetween(row.startTime, row.finishTime),
    record: JSON.stringify(outputMarks === undefined ? record : { ...record, outputMarks }),
    output_state: stateOf(output),
    output: outputIdOf(row),
    dropped_bytes: kept?.droppedBytes ?? null,
    is_guess: kept?.isGuess === true,
  };
}

/** What redaction did to an output, and that it is damaged, lies with the record: few outputs have it. */
export type OutputMarks = Pick<Output, "isDamaged" | "isRedacted" | "redactedBy">;

function marksOf(output: Output | null | undefined): OutputMarks | undefined {
  const { isDamaged, isRedacted, redactedBy } = output ?? {};
  if (isDamaged === undefined && isRedacted === undefined && redactedBy === undefined) return undefined;
  return {
    ...(isDamaged && { isDamaged }),
    ...(isRedacted && { isRedacted }),
    ...(redactedBy !== undefined && { redactedBy }),
  };
}

/** The id of the output of an execution, or of a result, that is kept; null if there is none. */
export function outputIdOf(row: Pick<Execution, "output" | "pastOutput">): string | null {
  const kept = keptOutputOf(row);
  return kept ? uuidOf(kept.bytes) : null;
}

// Of an output that was not read since, the content is what was read before.
function keptOutputOf({ output, pastOutput }: Pick<Execution, "output" | "pastOutput">): Output | null | undefined {
  return output === undefined ? pastOutput : output;
}

/** What a row tells of an output. */
export interface OutputRow {
  readonly output_state: number;
  readonly output: string | null;
  readonly dropped_bytes: number | null;
  readonly is_guess: boolean;
}

/** Finds a content that was read by its id. */
export type FindContent = (id: string) => Uint8Array | undefined;

/** What is made of outputs that were not read: the word that they are kept, if they are. */
export const LEFT_OUT = "LEFT_OUT";

/** The output of a row and what is known of it from before; undefined if it is kept, but not there. */
export function toOutputs(
  row: OutputRow,
  marks: OutputMarks | null | undefined,
  find: FindContent | typeof LEFT_OUT,
): Pick<Execution, "output" | "pastOutput" | "keptOutput"> {
  if (row.output_state === NONE) return { output: null };
  if (find === LEFT_OUT)
    return row.output_state === UNREAD
      ? { output: undefined }
      : { output: undefined, keptOutput: row.is_guess ? { isGuess: true } : {} };
  const bytes = row.output === null ? undefined : find(row.output);
  if (bytes === undefined) return { output: undefined };
  const kept = { bytes, droppedBytes: row.dropped_bytes, ...(row.is_guess && { isGuess: true as const }), ...marks };
  return row.output_state === UNREAD ? { output: undefined, pastOutput: kept } : { output: kept };
}

/** An execution from its row, made of the record that was read for it. */
export function toExecution<Row extends Execution>(
  row: OutputRow & { readonly record: unknown },
  { source, invokeId }: Pick<Execution, "source" | "invokeId">,
  find: FindContent | typeof LEFT_OUT,
): Row {
  const record = row.record as { outputMarks?: OutputMarks };
  const { outputMarks } = record;
  if (outputMarks !== undefined) delete record.outputMarks;
  // To copy five hundred records takes longer than to find them.
  return Object.assign(record, { source, invokeId }, toOutputs(row, outputMarks, find)) as Row & typeof record;
}
