import type { RecentRunsQuery } from "../client/index.ts";
import { type Context, tell } from "./context.ts";
import { toLine } from "./style.ts";

type Source = NonNullable<RecentRunsQuery["invocations"]>["sources"][number];

/** A source as people read it; the account only where it has a name of its own. */
export function formatSource({
  provider,
  account,
  regionId,
}: Pick<Source, "provider" | "account" | "regionId">): string {
  return toLine(account === "default" ? `${provider} ${regionId}` : `${provider} ${regionId} ${account}`);
}

/** Says which sources gave nothing, and why. */
export function tellFailures(context: Context, sources: readonly Source[]): void {
  for (const source of sources) {
    if (!source.ok) tell(context, `${formatSource(source)} gave no answer: ${describe(source)}`);
  }
}

function describe({ error }: Source): string {
  return error === null ? "the gateway does not say why" : toLine(`${error.message} (${error.code})`);
}
