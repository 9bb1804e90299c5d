import {
  canonicalText,
  InputError,
  type Invocation,
  type InvocationFilter,
  type InvocationResult,
  sourceRank,
} from "#domain";
import { resultOf } from "#sync";
import type { ResultListQuery } from "#upstreams";
import type { ResultFilter } from "../contract/index.ts";

/** What is meant of a run, beside the executions that it was made of. */
export function resultsIn({ instances }: Invocation, filter: ResultFilter) {
  return instances.filter((one) => isMeant(one, filter)).map((one) => ({ one, result: resultOf(one) }));
}

/** How many these are. */
export function countResultsIn({ instances }: Invocation, filter: ResultFilter): number {
  return instances.reduce((count, one) => (isMeant(one, filter) ? count + 1 : count), 0);
}

/** True if the filter means a result. */
export function isMeant(
  result: Pick<InvocationResult, "instanceId" | "commandId" | "status">,
  { instanceId, commandId, statusIn }: ResultFilter,
): boolean {
  return (
    (instanceId === undefined || result.instanceId === instanceId) &&
    (commandId === undefined || result.commandId === null || result.commandId === commandId) &&
    (statusIn?.includes(result.status) ?? true)
  );
}

/** @throws InputError `BAD_USER_INPUT` for a filter that would mean everything, or a history without its run */
export function checkFilter(filter: ResultFilter): void {
  if (filter.invokeId === undefined && filter.instanceId === undefined && filter.commandId === undefined) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`filter`: expected at least one of `invokeId`, `instanceId` and `commandId`, got none.",
      "filter",
    );
  }
  if (filter.includeHistory && filter.invokeId === undefined) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`filter.includeHistory`: expected `filter.invokeId` beside it, got none. The upstream keeps the history of one run at a time.",
      "filter",
    );
  }
}

/** The runs whose results may be meant. */
export function toRunFilter({ source, instanceId, commandId }: ResultFilter): InvocationFilter {
  return {
    providerIn: [source.provider],
    accountIn: [source.account],
    regionIdIn: [source.regionId],
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(commandId === undefined ? {} : { commandId }),
  };
}

/** What the upstream's list of such results is asked for. */
export function toListQuery({ instanceId, commandId }: ResultFilter): ResultListQuery {
  return { ...(instanceId && { instanceId }), ...(commandId && { commandId }) };
}

/** What the cursors of these results are bound to. */
export function purposeOf({ source, ...filter }: ResultFilter): string {
  return `results\n${sourceRank(source)}\n${canonicalText(filter)}`;
}

/** What names a row among those of its run. */
export function rowName(result: InvocationResult): readonly string[] {
  return [result.instanceId, result.execution ?? ""];
}
