import type { AgentState, Operation } from "#domain";
import { isNotFound } from "./not-found.ts";
import { chunk, mapBounded } from "./parallel.ts";

/** What one product says of an agent. */
export type AgentShape = Omit<AgentState, "source">;

const PER_CALL = 50;
const CALLS_AT_ONCE = 4;

/**
 * Agents by id, 50 a call. Where one unknown id fails a whole call, its ids are asked for in halves.
 * @throws UpstreamError
 */
export async function readAgents(
  instanceIds: readonly string[],
  operation: Operation,
  ask: (instanceIds: readonly string[], operation: Operation) => Promise<readonly AgentShape[]>,
): Promise<readonly AgentShape[]> {
  async function readSome(ids: readonly string[]): Promise<readonly AgentShape[]> {
    try {
      const agents = await ask(ids, operation);
      return agents.filter((agent) => ids.includes(agent.instanceId));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      if (ids.length === 1) return [];
      const halves = chunk(ids, Math.ceil(ids.length / 2));
      return (await mapBounded(halves, CALLS_AT_ONCE, readSome)).flat();
    }
  }
  const found = await mapBounded(chunk([...new Set(instanceIds)], PER_CALL), CALLS_AT_ONCE, readSome);
  return found.flat();
}
