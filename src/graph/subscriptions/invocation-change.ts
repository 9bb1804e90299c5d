import { ObjectType } from "type-graphql";

import type { ListChange } from "#services";
import { Value } from "../declarations/index.ts";
import { type GraphContext, joinSelections, type Selection } from "../operation/index.ts";
import { kindsOf } from "../rights/index.ts";
import { connectRecords, Invocation } from "../runs/index.ts";

/** Runs of a change, as clients see them. */
interface ChangedRuns {
  readonly entered: readonly Invocation[];
  readonly changed: readonly Invocation[];
  readonly left: readonly Invocation[];
}

/** What came into a watched list, changed in it or left it. */
@ObjectType("InvocationChange", { description: "What came into a watched list, changed in it or left it." })
export class InvocationChange {
  constructor(
    private readonly change: ListChange,
    private readonly runs: ChangedRuns,
  ) {}

  @Value(() => String, {
    description: "Where this event stands: pass it as `after` to go on behind it, so that nothing is missed.",
  })
  get position(): string {
    return this.change.position;
  }

  @Value(() => Boolean, {
    description: "True if `entered` is the newest part of the list: drop what was known of the list before.",
  })
  get isSnapshot(): boolean {
    return this.change.isSnapshot;
  }

  @Value(() => [Invocation], { description: "Runs that came into the list, newest first." })
  get entered(): readonly Invocation[] {
    return this.runs.entered;
  }

  @Value(() => [Invocation], { description: "Runs that changed and stay in the list, newest first." })
  get changed(): readonly Invocation[] {
    return this.runs.changed;
  }

  @Value(() => [Invocation], { description: "Runs that the filter does not mean any more, as they are now." })
  get left(): readonly Invocation[] {
    return this.runs.left;
  }
}

/** The change with what the selection needs of its runs. */
export async function toInvocationChange(
  change: ListChange,
  selection: Selection,
  context: GraphContext,
): Promise<InvocationChange> {
  const needs = joinSelections(selection.under("entered"), selection.under("changed"), selection.under("left"));
  const [entered, changed, left] = await Promise.all(
    // Rights may have become less since the watch began.
    [change.entered, change.changed, change.left].map((records) =>
      connectRecords(
        records.filter((run) => kindsOf(run, context).runs),
        needs,
        context,
      ),
    ),
  );
  return new InvocationChange(change, { entered: entered ?? [], changed: changed ?? [], left: left ?? [] });
}
