import type { RunByIdQuery } from "../client/index.ts";
import { type Context, salvage, tellMissing, writeRows } from "./context.ts";
import { requireRun, type Target, tellGone } from "./find.ts";
import { formatCounts } from "./list.ts";
import { formatAge, formatSeconds } from "./listing.ts";
import { formatSource } from "./sources.ts";
import { readStray, type StrayRef } from "./stray-run.ts";
import { fitTable, formatTable, type Row } from "./table.ts";
import { type Style, tell, toLine } from "./terminal/index.ts";
import { toShown } from "./terminal-line.ts";

type Run = Extract<RunByIdQuery["node"], { readonly __typename: "Invocation" }>;
type InstanceRun = NonNullable<NonNullable<Run["instanceInvocations"]>["nodes"][number]>;

const MAX_PAGES = 100;
/** Column of the server's name, which is cut if a line is wider than the terminal. */
const NAME_COLUMN = 1;

/** Shows one run: what was run, and how it went on each instance, what failed in front and what went well at the end. */
export async function showRun(context: Context, target: Target): Promise<void> {
  if ("stray" in target) return showStray(context, target.stray);
  const { run, instances } = await readRun(context, target.id);
  tellGone(context, run);
  if (context.isJson) return writeRows(context, instances, toJson(run, instances));
  const { output } = context.surroundings;
  output.write(formatTable(describeRun(run, context.style)));
  const content = run.command.content ?? "";
  if (content !== "") output.write(`\n${indent(toShown(content, false))}\n`);
  writeInstances(context, instances);
}

/** Shows as much of a run as its results tell. */
async function showStray(context: Context, ref: StrayRef): Promise<void> {
  const run = (await readStray(context, ref, { withOutput: false, withNames: true })) ?? requireRun(null);
  const { rows, isGoneUpstream: _gone, ...state } = run;
  tell(context, "the list of runs does not know this run: shown is what its results tell.");
  if (context.isJson) return writeRows(context, rows, { ...state, instances: rows });
  const { style, surroundings } = context;
  const head = [
    ["run", toLine(run.invokeId)],
    ["status", style.status(run.status) + (run.isFinal ? "" : " (not final)")],
    ["source", formatSource(run)],
    ["instances", formatCounts(run.statusCounts, style)],
  ];
  surroundings.output.write(formatTable(head.map(([name = "", value = ""]) => [style.heading(name), value])));
  writeInstances(context, rows);
}

function writeInstances({ surroundings, style }: Context, instances: readonly InstanceRun[]): void {
  const { output } = surroundings;
  const ordered = [...instances].sort((a, b) => rankOf(a) - rankOf(b));
  const time = (instant: string | null) =>
    output.isTerminal ? formatAge(instant, surroundings.now()) : (instant ?? "-");
  const rows = ordered.map((instance) => toRow(instance, style, time(instance.startTime)));
  if (rows.length > 0) output.write(`\n${fitTable([titles(style), ...rows], NAME_COLUMN, output.columns)}`);
  for (const instance of ordered) output.write(describeError(instance));
}

async function readRun(context: Context, id: string): Promise<{ run: Run; instances: readonly InstanceRun[] }> {
  const instances: InstanceRun[] = [];
  let after: string | null = null;
  for (let page = 1; ; page += 1) {
    const run = await readPage(context, id, after);
    instances.push(...(run.instanceInvocations?.nodes.filter((node) => node !== null) ?? []));
    const { hasNextPage = false, endCursor = null } = run.instanceInvocations?.pageInfo ?? {};
    const isEnd = !hasNextPage || endCursor === null;
    if (isEnd || page >= MAX_PAGES) {
      tellMissing(context, run.instanceInvocations, { shown: instances.length, isEnd });
      return { run, instances };
    }
    after = endCursor;
  }
}

async function readPage(context: Context, id: string, after: string | null): Promise<Run> {
  return requireRun((await salvage(context, context.client.runById({ id, after }))).node);
}

function toJson({ instanceInvocations: _page, __typename, ...run }: Run, instances: readonly InstanceRun[]): object {
  return { ...run, instances };
}

function describeRun(run: Run, style: Style): readonly Row[] {
  const rows: readonly (readonly [string, string | null])[] = [
    ["run", run.invokeId],
    ["status", style.status(run.status) + (run.isFinal ? "" : " (not final)")],
    ["source", formatSource(run)],
    ["id", run.id],
    ["created", run.creationTime],
    ["command", describeCommand(run.command)],
    ["schedule", run.timed ? [run.repeatMode, run.frequency].filter((word) => word !== null).join(" ") : null],
    ["parameters", run.parameters === null ? null : JSON.stringify(run.parameters)],
    ["timeout", run.timeoutSeconds === null ? null : `${run.timeoutSeconds} s`],
    ["user", run.username],
    ["directory", run.workingDir],
    ["instances", formatCounts(run.statusCounts, style)],
  ];
  return rows.flatMap(([name, value]) =>
    value === null || value === "" ? [] : [[style.heading(name), clean(name, value)]],
  );
}

/** The styled values hold only words of ours, and their colours must stay. */
function clean(name: string, value: string): string {
  return name === "status" || name === "instances" ? value : toLine(value);
}

function describeCommand({ name, commandId, type }: Run["command"]): string {
  return [name, commandId, type].filter((word) => word !== null).join(" ");
}

function rankOf({ status, isFinal }: InstanceRun): number {
  if (status === "SUCCESS") return 2;
  return isFinal ? 0 : 1;
}

function titles(style: Style): Row {
  return ["INSTANCE", "NAME", "STATUS", "EXIT", "STARTED", "DURATION"].map((title) => style.heading(title));
}

function toRow(run: InstanceRun, style: Style, started: string): Row {
  const { instanceId, instance, status, exitCode, durationMs } = run;
  return [
    toLine(instanceId),
    toLine(instance?.name ?? "-"),
    style.status(status),
    String(exitCode ?? "-"),
    started,
    formatSeconds(durationMs),
  ];
}

function describeError({ instanceId, instance, error }: InstanceRun): string {
  if (error === null) return "";
  const info = error.info === null ? "" : `: ${toLine(error.info)}`;
  const remedy = error.remedy === null ? "" : `  ${error.remedy}\n`;
  const name = instance?.name == null ? "" : ` (${toLine(instance.name)})`;
  return `\n${toLine(instanceId)}${name}: ${toLine(error.code)}${info}\n${remedy}`;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "    ");
}
