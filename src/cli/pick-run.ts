import { type Context, salvage } from "./context.ts";
import type { Scope } from "./find.ts";
import { formatRuns } from "./list.ts";
import { tellFailures } from "./sources.ts";
import { CommandError, createStyle, pick } from "./terminal/index.ts";

const OFFERED = 20;

/**
 * The gateway's id of the run that a person picks from the newest ones.
 * @throws CommandError if nobody can be asked, or there is none
 */
export async function pickRun(context: Context, scope: Scope): Promise<string> {
  const { client, surroundings, hasColours } = context;
  if (!surroundings.canAsk) throw new CommandError("`<run>`: expected a value, it is missing.");
  const { invocations: page } = await salvage(context, client.recentRuns({ first: OFFERED, filter: scope }));
  const runs = page?.nodes.filter((run) => run !== null) ?? [];
  tellFailures(context, page?.sources ?? []);
  if (runs.length === 0) throw new CommandError("No run is known.");
  const { columns } = surroundings.errors;
  const style = createStyle(hasColours);
  const numberWidth = 4;
  const table = formatRuns(runs, style, surroundings.now(), columns && Math.max(1, columns - numberWidth));
  const picked = await pick(context, "Which run", table.trimEnd().split("\n").slice(1));
  const run = picked === null ? undefined : runs[picked];
  if (run === undefined) throw new CommandError("Nothing was picked.");
  return run.id;
}
