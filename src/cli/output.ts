import { findFailing } from "../client/stalled-source.ts";
import { type Context, tellIncomplete, writeRows } from "./context.ts";
import { requireRun, type Target, tellGone } from "./find.ts";
import {
  type Counts,
  formatInstance,
  type Group,
  type InstanceRun,
  type Printed,
  type RunOutputs,
  readGroups,
  readOutputs,
  requireInstance,
  type Selection,
} from "./outputs.ts";
import { tellFailures } from "./sources.ts";
import { CommandError, EXIT_CODES, FAILED_STATES, tell, toLine } from "./terminal/index.ts";
import { toShown } from "./terminal-line.ts";
import type { RunState } from "./wait.ts";

/** Which outputs to print, and how. */
export interface OutputOptions extends Selection {
  /** The bytes as they came. */
  readonly isRaw: boolean;
  /** Identical outputs once. */
  readonly isGrouped: boolean;
  /** Only so many of the last lines of each. */
  readonly tail: number | undefined;
}

/** One output, and whose it is. */
interface Section {
  readonly title: string;
  /** Null if there is none, undefined if it could not be read. */
  readonly output: Printed | null | undefined;
  /** False if the upstream does not tell what was printed; null for who may not see it. */
  readonly isKnown: boolean | null;
}

/** Prints what a run printed; titles stand between the outputs of several instances. */
export async function printOutputs(context: Context, target: Target, options: OutputOptions): Promise<void> {
  if (options.isGrouped) await printGroups(context, target, options);
  else await printEach(context, target, options);
}

async function printGroups(context: Context, target: Target, options: OutputOptions): Promise<void> {
  const run = await readGroups(context, target, options);
  const { groups } = run;
  await tellUnread(context, run);
  requireSome(context, { ...run, shown: groups.length }, options);
  const sections = groups.map(toGroupSection);
  if (context.isJson) {
    writeRows(context, groups, groups);
    tellUnknown(context, sections);
  } else writeSections(context, sections, options);
}

async function printEach(context: Context, target: Target, options: OutputOptions): Promise<void> {
  const run = (await readOutputs(context, target, options)) ?? requireRun(null);
  requireInstance(run, options);
  const { instances } = run;
  if (options.instance === undefined || instances.some(({ isFinal }) => !isFinal)) tellGone(context, run);
  await tellUnread(context, run);
  requireSome(context, { ...run, shown: instances.length }, options);
  const rows = instances.map(toJson);
  const sections = instances.map(toSection);
  if (context.isJson) {
    writeRows(context, rows, rows);
    tellUnknown(context, sections);
  } else writeSections(context, sections, options);
}

/** Says which source fails if the run is over as far as it is known, and not final: a server that cannot be read may have had a part in it. */
async function tellUnread(context: Context, run: Pick<RunOutputs, keyof RunState>): Promise<void> {
  if (run.isFinal || run.status === "UNKNOWN" || UNFINISHED_STATES.includes(run.status)) return;
  tellFailures(context, await findFailing(context.client, run));
}

interface Found extends Pick<RunOutputs, "isFinal" | "meant"> {
  /** How many parts there are to show. */
  readonly shown: number;
}

/** States in which it is certain that nothing went wrong on an instance, or that somebody stopped it. */
const SOUND_STATES: readonly string[] = ["SUCCESS", "CANCELLED", "TERMINATED", "STOPPED"];
const UNFINISHED_STATES: readonly string[] = ["PENDING", "SCHEDULED", "RUNNING", "STOPPING"];

/**
 * Says what is certain of the instances that failed, beside those that are shown.
 * @throws CommandError if the run shows no instance that is meant, or if none failed and nobody can say it of all
 */
function requireSome(context: Context, { shown, meant, isFinal }: Found, { instance, isFailedOnly }: OutputOptions) {
  const { report } = context;
  if (!isFailedOnly) {
    if (shown === 0) throw showsNo(context, nameOf(instance));
    return;
  }
  if (meant.length === 0) {
    if (shown === 0 && !report.isIncomplete) throw showsNo(context, nameOf(instance));
    return;
  }
  const open = meant.filter(({ status }) => !SOUND_STATES.includes(status) && !FAILED_STATES.includes(status));
  const isOnItsWay = !isFinal && open.every(({ status }) => UNFINISHED_STATES.includes(status));
  if (open.length === 0 || isOnItsWay) {
    if (shown === 0 && !report.isIncomplete && !context.isJson)
      tell(context, isFinal ? "no instance failed." : "no instance has failed so far.");
    return;
  }
  const message = `can say whether these instances failed: ${formatStates(open)}.`;
  if (shown === 0 && !report.isIncomplete) throw new CommandError(`Nobody ${message}`);
  tellIncomplete(context, `nobody ${message}`);
}

function nameOf(instance: string | undefined): string {
  return instance === undefined ? "instances" : "such instance";
}

function formatStates(counts: Counts): string {
  const totals = new Map<string, number>();
  for (const { status, count } of counts) totals.set(status, (totals.get(status) ?? 0) + count);
  return [...totals].map(([status, count]) => `${count} ${status}`).join(", ");
}

function showsNo({ report: { isIncomplete } }: Context, what: string): CommandError {
  return new CommandError(
    isIncomplete ? `The run shows no ${what} now, as far as it could be read.` : `The run shows no ${what} now.`,
    isIncomplete ? EXIT_CODES.incomplete : EXIT_CODES.trouble,
  );
}

function toJson({ result, ...run }: InstanceRun): object {
  return { ...run, output: result?.output ?? null, isOutputKnown: result?.isOutputKnown ?? null };
}

/** What a run printed on an instance, under its title. */
export function toSection(run: InstanceRun): Section {
  const { output, isOutputKnown = null } = run.result ?? {};
  return { title: titleOf(run), output, isKnown: isOutputKnown };
}

/** What stands above an output: whose it is, and how the run ended there. */
export function titleOf(run: Parameters<typeof formatInstance>[0] & Parameters<typeof describeEnd>[0]): string {
  return `${formatInstance(run)} (${describeEnd(run)})`;
}

function toGroupSection({ count, instanceIds, output, isKnown, ...end }: Group): Section {
  const [first] = instanceIds;
  const all = `${count} ${count === 1 ? "instance" : "instances"}`;
  const some = count === 1 ? toLine(first ?? "") : all;
  const whose = first === undefined ? `${all} that cannot be shown` : some;
  return { title: `${whose} (${describeEnd(end)})`, output, isKnown };
}

/** How the run ended on an instance. */
function describeEnd({ status, exitCode }: { readonly status: string; readonly exitCode: number | null }): string {
  return exitCode === null ? status : `${status}, exit code ${exitCode}`;
}

/** Tells of each output that the upstream does not tell, which is not one of nothing. */
export function tellUnknown(context: Context, sections: readonly Pick<Section, "title" | "isKnown">[]): void {
  for (const { title } of sections.filter(({ isKnown }) => isKnown === false))
    tellIncomplete(context, `${title}: the upstream does not tell what was printed.`);
}

function writeSections(context: Context, sections: readonly Section[], options: OutputOptions): void {
  const { output: screen } = context.surroundings;
  for (const [index, { title, output, isKnown }] of sections.entries()) {
    if (sections.length > 1) screen.write(`${index > 0 ? "\n" : ""}${context.style.heading(`==> ${title} <==`)}\n`);
    if (output === undefined) tell(context, `${title}: its output could not be read.`);
    else if (isKnown === false) tellUnknown(context, [{ title, isKnown }]);
    else if (output === null) tell(context, `${title}: no output.`);
    else writeOutput(context, output, options);
    if (output?.truncated) tell(context, `${title}: ${output.droppedBytes} bytes were cut away upstream.`);
    if (output?.lossy && !options.isRaw)
      tell(context, `${title}: some bytes could not be read as ${output.charset}; --raw gives what came.`);
  }
}

function writeOutput({ surroundings, hasColours }: Context, { text, base64 }: Printed, options: OutputOptions): void {
  const shown = lastLines(toShown(text, hasColours), options.tail);
  const ended = shown === "" || shown.endsWith("\n") ? shown : `${shown}\n`;
  surroundings.output.write(options.isRaw ? Buffer.from(base64, "base64") : ended);
}

/** The last lines of a text, all of it if no number is given. */
export function lastLines(text: string, count: number | undefined): string {
  if (count === undefined) return text;
  const lines = text.split("\n");
  const isEnded = lines.at(-1) === "";
  return count === 0 ? "" : lines.slice(-(isEnded ? count + 1 : count)).join("\n");
}
