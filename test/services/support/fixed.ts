import type { Source } from "#domain";
import { createItem, createRun } from "./records.ts";
import { createWorldSource, type WorldSource } from "./world.ts";

/** Sources in two products, as many as are asked for. */
export function sourceAt(position: number): Source {
  return { provider: position % 2 === 0 ? "ECS" : "SWAS", account: "default", regionId: `cn-region-${position + 10}` };
}

/** Time of the newest run of a fixed world. */
export const NEWEST = Date.UTC(2026, 0, 1);

/**
 * A source of `count` runs, a minute apart, the newest first: `t-<position>-0000`, `t-<position>-0001` and so on, each on
 * one instance. Sources of one world are a second apart, so that they take turns.
 */
export function createFixedSource(
  position: number,
  count: number,
  instanceOf = (serial: number) => `i-${serial}`,
): WorldSource {
  const world = createWorldSource(sourceAt(position));
  world.runs = Array.from({ length: count }, (_, serial) => {
    const { source } = world;
    const invokeId = `t-${position}-${String(serial).padStart(4, "0")}`;
    const creationTime = new Date(NEWEST - serial * 60_000 - position * 1_000).toISOString();
    const instances = [createItem({ source, invokeId, instanceId: instanceOf(serial), creationTime })];
    return createRun({ source, invokeId, creationTime, instances });
  });
  return world;
}

/** All calls of some sources. */
export function countCalls(sources: readonly WorldSource[]): number {
  return sources.reduce((sum, source) => sum + source.calls.length, 0);
}
