import type { IdenticalOutputsQuery, RunOutputsQuery } from "../client/index.ts";
import { type Context, salvage, tell, writeJson } from "./context.ts";
import { CommandError } from "./exit-code.ts";
import { requireRun } from "./find.ts";
import { toLine, toPrintable } from "./style.ts";

type Run = Extract<RunOutputsQuery["node"], { readonly __typename: "Invocation" }>;
type InstanceRun = NonNullable<NonNullable<Run["instanceInvocations"]>["nodes"][number]>;
type Printed = NonNullable<NonNullable<InstanceRun["result"]>["output"]>;
type Group = NonNullable<
  Extract<IdenticalOutputsQuery["node"], { readonly __typename: "Invocation" }>["outputGroups"]
>[number];

/** Which outputs to print, and how. */
export interface OutputOptions {
  /** Only of this instance. */
  readonly instanceId: string | undefined;
  /** The bytes as they came. */
  readonly isRaw: boolean;
  /** Identical outputs once. */
  readonly isGrouped: boolean;
}

/** One output, and whose it is. */
interface Section {
  readonly title: string;
  readonly output: Printed | null;
}

const MAX_PAGES = 500;
const MAX_GROUPS = 100;

/** Prints what a run printed; titles stand between the outputs of several instances. */
export async function printOutputs(context: Context, id: string, options: OutputOptions): Promise<void> {
  if (options.isGrouped) await printGroups(context, id, options);
  else await printEach(context, id, options);
}

async function printGroups(context: Context, id: string, { isRaw }: OutputOptions): Promise<void> {
  const groups = await readGroups(context, id);
  if (context.isJson) writeJson(context, groups);
  else writeSections(context, groups.map(toGroupSection), isRaw);
}

async function printEach(context: Context, id: string, { instanceId: wanted, isRaw }: OutputOptions): Promise<void> {
  const all = await readOutputs(context, id);
  const runs = wanted === undefined ? all : all.filter(({ instanceId }) => instanceId === wanted);
  if (runs.length === 0) throw new CommandError(describeNothing(wanted));
  if (context.isJson) writeJson(context, runs.map(toJson));
  else writeSections(context, runs.map(toSection), isRaw);
}

async function readOutputs(context: Context, id: string): Promise<readonly InstanceRun[]> {
  const runs: InstanceRun[] = [];
  let after: string | null = null;
  for (let page = 1; ; page += 1) {
    const connection = await readPage(context, id, after);
    runs.push(...(connection?.nodes.filter((one) => one !== null) ?? []));
    const { hasNextPage = false, endCursor = null } = connection?.pageInfo ?? {};
    if (!hasNextPage || endCursor === null || page >= MAX_PAGES) return runs;
    after = endCursor;
  }
}

async function readPage(context: Context, id: string, after: string | null): Promise<Run["instanceInvocations"]> {
  return requireRun((await salvage(context, context.client.runOutputs({ id, after }))).node).instanceInvocations;
}

async function readGroups(context: Context, id: string): Promise<readonly Group[]> {
  const { node } = await salvage(context, context.client.identicalOutputs({ id, first: MAX_GROUPS }));
  return requireRun(node).outputGroups ?? [];
}

function describeNothing(instanceId: string | undefined): string {
  return instanceId === undefined ? "The run has no instances." : `The run did not go to instance ${instanceId}.`;
}

function toJson({ result, ...run }: InstanceRun): object {
  return { ...run, output: result?.output ?? null };
}

function toSection({ instanceId, status, exitCode, result }: InstanceRun): Section {
  return { title: `${toLine(instanceId)} (${describeEnd(status, exitCode)})`, output: result?.output ?? null };
}

function toGroupSection({ count, status, exitCode, instanceIds, output }: Group): Section {
  const whose = count === 1 ? toLine(instanceIds[0] ?? "") : `${count} instances`;
  return { title: `${whose} (${describeEnd(status, exitCode)})`, output };
}

function describeEnd(status: string, exitCode: number | null): string {
  return exitCode === null ? status : `${status}, exit code ${exitCode}`;
}

function writeSections(context: Context, sections: readonly Section[], isRaw: boolean): void {
  const { output: screen } = context.surroundings;
  for (const [index, { title, output }] of sections.entries()) {
    if (sections.length > 1) screen.write(`${index > 0 ? "\n" : ""}${context.style.heading(`==> ${title} <==`)}\n`);
    if (output === null) tell(context, `${title}: no output.`);
    else writeOutput(context, output, isRaw);
    if (output?.truncated) tell(context, `${title}: ${output.droppedBytes} bytes were cut away upstream.`);
    if (output?.lossy && !isRaw) tell(context, `${title}: some bytes are no ${output.charset}; --raw gives them.`);
  }
}

function writeOutput({ surroundings }: Context, { text, base64 }: Printed, isRaw: boolean): void {
  const { output } = surroundings;
  // Nobody wants a program far away to steer the own terminal; a pipe gets the text as it is.
  const shown = output.isTerminal ? toPrintable(text) : text;
  const ended = shown === "" || shown.endsWith("\n") ? shown : `${shown}\n`;
  output.write(isRaw ? Buffer.from(base64, "base64") : ended);
}
