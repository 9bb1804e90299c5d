import type { InvocationResult } from "#domain";
import type { RunStore } from "../contract/index.ts";
import { executionBytes } from "./sizes.ts";

type LooseResult = Awaited<ReturnType<RunStore["readLooseResults"]>>[number];

/** Latest results of runs that are not known themselves, by the run's key. */
export interface LooseResults {
  put(key: string, one: LooseResult): void;
  read(key: string): readonly LooseResult[];
  /** Takes out those of a run that is known now. */
  take(key: string): readonly InvocationResult[];
}

const RUNS_MAX = 2_000;

/** Starts empty; what was written longest ago goes first. */
export function createLooseResults(bytesMax: number): LooseResults {
  const loose = new Map<string, Map<string, LooseResult>>();
  const read = (key: string): readonly LooseResult[] => [...(loose.get(key)?.values() ?? [])];

  function countBytes(): number {
    let sum = 0;
    for (const own of loose.values()) for (const { result } of own.values()) sum += executionBytes(result);
    return sum;
  }

  return {
    read,
    put(key, one) {
      const own = loose.get(key) ?? new Map<string, LooseResult>();
      loose.delete(key);
      loose.set(key, own.set(one.result.instanceId, one));
      for (const oldest of loose.keys()) {
        if (loose.size <= RUNS_MAX && countBytes() <= bytesMax) break;
        loose.delete(oldest);
      }
    },
    take(key) {
      const results = read(key).map(({ result }) => result);
      loose.delete(key);
      return results;
    },
  };
}
