import type { ListChange } from "#services";
import { always, declareShape } from "../declarations/index.ts";
import { type GraphContext, joinSelections, type Selection } from "../operation/index.ts";
import { connectRecords, Invocation } from "../runs/index.ts";
import { SourceState } from "../sources/index.ts";

/** A change whose runs are as clients see them. */
export interface InvocationChange extends Pick<ListChange, "position" | "isSnapshot"> {
  readonly entered: readonly Invocation[];
  readonly changed: readonly Invocation[];
  readonly left: readonly Invocation[];
  readonly sources: readonly SourceState[];
}

/** What came into a watched list, changed in it or left it. */
export const InvocationChange = declareShape<InvocationChange>(
  "InvocationChange",
  "What came into a watched list, changed in it or left it.",
  {
    position: always(
      String,
      "Where this event stands: pass it as `after` to go on behind it, so that nothing is missed.",
    ),
    isSnapshot: always(
      Boolean,
      "True if `entered` is the newest part of the list: drop what was known of the list before.",
    ),
    entered: always([Invocation], "Runs that came into the list, newest first."),
    changed: always([Invocation], "Runs that changed and stay in the list, newest first."),
    left: always([Invocation], "Runs that the filter does not mean any more, as they are now."),
    sources: always(
      [SourceState],
      "The places that the list is read from, and how each of them fares: of one that fails nothing is told.",
    ),
  },
);

/** The change with what the selection needs of its runs. */
export async function toInvocationChange(
  change: ListChange,
  selection: Selection,
  context: GraphContext,
): Promise<InvocationChange> {
  const needs = joinSelections(selection.under("entered"), selection.under("changed"), selection.under("left"));
  const connect = (records: ListChange["entered"]) => connectRecords(records, needs, context);
  const [entered, changed, left, sources] = await Promise.all([
    connect(change.entered),
    connect(change.changed),
    connect(change.left),
    selection.hasAny("sources") ? change.sources() : [],
  ]);
  const { position, isSnapshot } = change;
  return { position, isSnapshot, entered, changed, left, sources: sources.map((state) => new SourceState(state)) };
}
