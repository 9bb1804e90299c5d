import type { AgentState } from "#domain";
import { type FoundById, foundOf, type PartById, readInParts } from "./by-ids.ts";
import { isNotFound } from "./not-found.ts";

/** What one product says of an agent. */
export type AgentShape = Omit<AgentState, "source">;

const PER_CALL = 50;

/** Agents by id, 50 a call. If one unknown id fails a whole call, its ids are asked for in halves. */
export function readAgents(
  instanceIds: readonly string[],
  ask: (instanceIds: readonly string[]) => Promise<PartById<AgentShape>>,
): Promise<FoundById<AgentShape>> {
  async function readSome(ids: readonly string[]): Promise<FoundById<AgentShape>> {
    try {
      return foundOf(ids, await ask(ids));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      if (ids.length === 1) return { found: [], failures: new Map() };
      return readInParts(ids, Math.ceil(ids.length / 2), readSome);
    }
  }
  return readInParts(instanceIds, PER_CALL, readSome);
}
