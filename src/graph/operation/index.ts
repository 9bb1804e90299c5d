/** What every resolver works with: the operation's context, what it selects, what its answer weighs and whose turn it is. */
export { charged, VALUES_AN_ERROR } from "./answer-weight.ts";
export { useBareResolvers } from "./bare-resolvers.ts";
export type { GraphContext } from "./context.ts";
export type { Guarded, GuardedPlace, KindGuard } from "./guard.ts";
export { joinSelections, oncePerPlace, type Selection, selectionOf } from "./selection.ts";
export { giveInTurns, inOrder, oncePerOperation, unitsOf, workInOne, workInParts } from "./work.ts";
