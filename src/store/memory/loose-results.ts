import { isLate, type RunStore } from "../contract/index.ts";
import { executionBytes } from "./sizes.ts";

type LooseResult = Awaited<ReturnType<RunStore["readLooseResults"]>>[number];

/** Latest results of runs that are not known themselves, by the run's key. */
export interface LooseResults {
  put(key: string, one: LooseResult): void;
  read(key: string): readonly LooseResult[];
  /** Takes out those of a run that is known now. */
  take(key: string): readonly LooseResult[];
}

const RUNS_MAX = 2_000;

/** Starts empty; what was written longest ago goes first. */
export function createLooseResults(bytesMax: number): LooseResults {
  const loose = new Map<string, Map<string, LooseResult>>();
  let bytes = 0;
  const read = (key: string): readonly LooseResult[] => [...(loose.get(key)?.values() ?? [])];
  const sizeOf = (results: readonly LooseResult[]): number =>
    results.reduce((sum, { result }) => sum + executionBytes(result), 0);

  function take(key: string): readonly LooseResult[] {
    const results = read(key);
    loose.delete(key);
    bytes -= sizeOf(results);
    return results;
  }

  return {
    read,
    take,
    put(key, one) {
      const { instanceId } = one.result;
      const own = loose.get(key) ?? new Map<string, LooseResult>();
      const known = own.get(instanceId);
      if (known !== undefined && isLate(one.readAt, known.readAt)) return;
      bytes += sizeOf([one]) - (known === undefined ? 0 : sizeOf([known]));
      loose.delete(key);
      loose.set(key, own.set(instanceId, one));
      for (const oldest of loose.keys()) {
        if (loose.size <= RUNS_MAX && bytes <= bytesMax) break;
        take(oldest);
      }
    },
  };
}
