import { type Invocation, type InvocationRef, invocationKey, isFinalRun } from "#domain";
import type { ChangeFeed, StoredRun } from "../contract/index.ts";
import { markGone, positionOf } from "../contract/index.ts";
import type { Entry } from "./run-order.ts";
import { runBytes } from "./sizes.ts";
import { createSortedRuns, type SortedRuns } from "./sorted-runs.ts";

/** Runs in memory, by key and in the total order. */
export interface KeptRuns {
  readonly sorted: Omit<SortedRuns, "put" | "takeOldest">;
  find(ref: InvocationRef): Entry | undefined;
  put(run: Invocation, read: Pick<StoredRun, "readAt" | "executionReadAt">, isGone?: boolean): void;
  /** Marks runs that are over, and that are meant, as gone. That changes nothing that anybody watches. */
  markDropped(stretches: Parameters<SortedRuns["read"]>[0], isMeant: (run: Invocation) => boolean): void;
  /** Takes out the oldest runs if all take more bytes than they may, but none of those that were written last. */
  letGo(): readonly Entry[];
}

/** Share of the bytes that what was written last keeps, however old it is: a page that goes deep must outlive its own reading. */
export const RECENT_SHARE = 0.25;
/** What is left after letting go, so that not every write has to. */
const FULL_SHARE = 0.95;

/** Starts empty. */
export function createKeptRuns(bytesMax: number, feed: Pick<ChangeFeed, "note">): KeptRuns {
  const entries = new Map<string, Entry>();
  const recent = new Map<string, number>();
  const sorted = createSortedRuns({
    lackingOutputs: isLackingOutputs,
    unfinished: ({ run, isGone }) => !isGone && !isFinalRun(run),
  });
  let bytes = 0;
  let recentBytes = 0;

  function touch(key: string, size: number): void {
    recentBytes += size - (recent.get(key) ?? 0);
    recent.delete(key);
    recent.set(key, size);
    for (const [oldest, its] of recent) {
      if (recentBytes <= bytesMax * RECENT_SHARE || oldest === key) break;
      recent.delete(oldest);
      recentBytes -= its;
    }
  }

  return {
    sorted,
    find: (ref) => entries.get(invocationKey(ref)),
    put(told, { readAt, executionReadAt }, isGone = false) {
      const run = markGone(told, isGone);
      const key = invocationKey(run);
      const known = entries.get(key);
      const position = known?.run.creationTime === run.creationTime ? known.position : positionOf(run);
      const size = known?.run === run ? known.bytes : runBytes(run);
      const entry: Entry = { run, readAt, executionReadAt, isGone, position, bytes: size };
      bytes += size - (known?.bytes ?? 0);
      entries.set(key, entry);
      sorted.put(entry, known);
      touch(key, size);
      if (known?.run !== run) feed.note(known?.run ?? null, run);
    },
    markDropped(stretches, isMeant) {
      const isDropped = ({ run, isGone }: Entry): boolean => !isGone && isFinalRun(run) && isMeant(run);
      for (const entry of sorted.read(stretches, 1, Number.POSITIVE_INFINITY, isDropped)) {
        const marked = { ...entry, run: markGone(entry.run, true), isGone: true };
        entries.set(invocationKey(entry.run), marked);
        sorted.put(marked, entry);
      }
    },
    letGo() {
      if (bytes <= bytesMax) return [];
      return sorted.takeOldest({
        isEnough: () => bytes <= bytesMax * FULL_SHARE,
        mayStay: ({ run }) => recent.has(invocationKey(run)),
        onGone: (entry) => {
          bytes -= entry.bytes;
          entries.delete(invocationKey(entry.run));
        },
      });
    },
  };
}

function isLackingOutputs({ run, isGone }: Entry): boolean {
  return !isGone && isFinalRun(run) && run.instances.some(({ output }) => output === undefined);
}
