import { type AgentState, type InstanceRef, instanceKey, type Operation, type Source, sourceKey } from "#domain";
import type { Answer } from "./contract.ts";
import type { Flights } from "./flights.ts";
import { toInstanceBatches } from "./instance-batches.ts";
import type { SourceBook } from "./sources.ts";

const AGENTS_PER_CALL = 50;

/** Reads the agents on servers, 50 a call; a server that the upstream does not know has none. */
export type ReadAgentStates = (
  refs: readonly InstanceRef[],
  operation: Operation,
) => Promise<readonly Answer<AgentState>[]>;

/** Agents move, so nothing is kept; identical reads under way share one call. */
export function createAgentReader(book: SourceBook, flights: Flights): ReadAgentStates {
  async function readBatch(
    source: Source,
    ids: readonly string[],
    operation: Operation,
  ): Promise<readonly AgentState[]> {
    const upstream = book.findUpstream(source);
    if (upstream?.readAgentStates === undefined) return [];
    const read = upstream.readAgentStates.bind(upstream);
    const key = `agents|${sourceKey(source)}|${JSON.stringify(ids)}`;
    return flights.share(key, source, operation, (shared) => book.watch(source, read(ids, shared), shared));
  }

  return async (refs, operation) => {
    const found = new Map<string, Answer<AgentState>>();
    await Promise.all(
      toInstanceBatches(refs, AGENTS_PER_CALL).map(async ({ source, instanceIds }) => {
        try {
          for (const state of await readBatch(source, instanceIds, operation)) found.set(instanceKey(state), state);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          for (const instanceId of instanceIds) found.set(instanceKey({ source, instanceId }), error);
        }
      }),
    );
    return refs.map((ref) => found.get(instanceKey(ref)) ?? null);
  };
}
