import type { GatewayError, InvocationFilter, ServerNamesQuery } from "../client/index.ts";
import { nameSource } from "../client/source-name.ts";
import { type Context, tellLack, toFailureKey, toLacks, writeRows } from "./context.ts";
import { formatTable, formatTabs } from "./table.ts";
import { CommandError, EXIT_CODES, type ExitCode, toLine } from "./terminal/index.ts";

/** How a source fared, as every list tells it at least. */
export type Source = NonNullable<ServerNamesQuery["invocations"]>["sources"][number];

/** What narrows the sources. */
export type Scope = Pick<InvocationFilter, "providerIn" | "regionIdIn" | "accountIn">;

/** A source as people read it; the account only if it has a name of its own. */
export function formatSource(source: Pick<Source, "provider" | "account" | "regionId">): string {
  return toLine(nameSource(source));
}

/** True if what no source shows is nowhere. */
export function haveAllAnswered(sources: readonly Source[]): boolean {
  return !sources.some(isLacking);
}

// A region that never offered the product is left out and lacks nothing.
function isLacking({ ok, asOf, isComplete, error }: Source): boolean {
  const isLeftOut = error?.code === "NOT_SUPPORTED" && asOf === null;
  return !isComplete || (!ok && !isLeftOut);
}

/**
 * Says in one line what is missing: which sources failed or lag behind, and why, each as its latest page told it, and each failure
 * once in a command.
 * @param failure why a later page could not be read, if so
 */
export function tellFailures(context: Context, sources: readonly Source[], failure: GatewayError | null = null): void {
  const latest = new Map(sources.map((source) => [formatSource(source), source]));
  const lacking = [...latest].filter(([, source]) => isLacking(source));
  const told = lacking.map(([name, one]) => ({
    key: toFailureKey(nameSource(one), one.error?.message ?? (one.ok ? "behind" : "silent")),
    message: `${name}: ${describe(one)}`,
  }));
  tellLack(context, failure === null ? told : [...toLacks(failure), ...told]);
}

/** Lists every source and how it fared when it was last asked. */
export async function listSources(context: Context): Promise<ExitCode> {
  const { sources } = await context.client.sources();
  if (sources === null) throw new CommandError("The gateway did not tell its sources.");
  const { surroundings, style, isJson } = context;
  const rows = sources.map((source) => [
    style.status(source.ok ? "SUCCESS" : "FAILED", source.ok ? "ok" : "failed"),
    formatSource(source),
    source.ok ? "" : describe(source),
  ]);
  if (isJson) writeRows(context, sources, sources);
  else surroundings.output.write(surroundings.output.isTerminal ? formatTable(rows) : formatTabs(rows));
  const failed = sources.filter((source) => !source.ok && isLacking(source));
  tellFailures(context, failed);
  return failed.length === 0 ? EXIT_CODES.success : EXIT_CODES.incomplete;
}

function describe({ ok, error, asOf }: Source): string {
  if (ok) return `not all of it is read yet${asOf === null ? "" : `; as of ${asOf}`}`;
  return error === null ? "the gateway does not say why" : toLine(`${error.message} (${error.code})`);
}
