import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type InstanceInvocation,
  type Invocation,
  type InvocationStatus,
  invocationKey,
  wakeInSlices,
  withoutOutputs,
} from "#domain";
import type { RunChange, RunStore } from "#store";

/** What one run was and is. Costly parts are left out: they are read when they are asked for. */
export interface LoggedChange {
  /** Null for a run that was not known. */
  readonly before: Invocation | null;
  readonly after: Invocation;
}

/** Changes that follow each other. */
export interface LoggedStretch {
  /** What each run that changed was before and is behind them. */
  readonly changes: readonly LoggedChange[];
  /** Number of the last one of them: others may follow. */
  readonly head: number;
}

/** The last changes of all runs, numbered, so that one who knows a number can read on from there. */
export interface ChangeLog {
  /** Another one for each process: numbers mean something within one log only. */
  readonly name: string;
  /** Number of the newest change. */
  head(): number;
  /** The changes behind this number, as many as a few milliseconds can go through; null if the log does not reach back so far. */
  readAfter(number: number): LoggedStretch | null;
  /** Wakes who waits: how a source fares has changed. */
  touch(): void;
  /** How often that happened. */
  touches(): number;
  /** Resolves once something has changed behind this place, or the signal aborts. */
  wait(place: { readonly number: number; readonly touches: number }, signal: AbortSignal): Promise<void>;
}

/** The same log, whose runs are shown as they are at the moment: what is said of them meanwhile is no change. */
export function showAs(log: ChangeLog, mark: (run: Invocation) => Invocation): ChangeLog {
  const show = ({ before, after }: LoggedChange) => ({ before: before && mark(before), after: mark(after) });
  return {
    ...log,
    readAfter(number) {
      const stretch = log.readAfter(number);
      return stretch && { ...stretch, changes: stretch.changes.map(show) };
    },
  };
}

/** Executions that the log holds at most, by which its memory is bounded. */
const WEIGHT_MAX = 50_000;
/** Executions whose changes are read at once; a run with more is read alone. */
const WEIGHT_AT_ONCE = 2_000;

interface Entry extends LoggedChange {
  readonly weight: number;
  /** The record that `after` was made of. */
  readonly madeOf: WeakRef<Invocation>;
}

/** Listens to the store from now on. */
export function createChangeLog(store: Pick<RunStore, "onChange">, name: string = randomUUID()): ChangeLog {
  const entries: Entry[] = [];
  /** The newest entry of each run that the log holds. */
  const newest = new Map<string, Entry>();
  const waiters = createWaiters();
  let head = 0;
  let touches = 0;
  let weight = 0;

  store.onChange((changes) => {
    const before = head;
    for (const change of changes) add(change);
    if (head > before) waiters.wake();
  });

  function add(change: RunChange): void {
    const key = invocationKey(change.after);
    // Of a run that another process changed, or that a database which has just opened does not know, the log may hold what it was.
    const last = newest.get(key);
    const before = change.before ?? last?.after ?? change.before;
    if (before != null && isSameState(before, change.after)) return;
    const after = withoutCostly(change.after);
    // What a run is after a change, it is before the next one: that is held once.
    const isHeld = last !== undefined && (before === last.after || before === last.madeOf.deref());
    const entry = {
      before: before === undefined ? asUnfinished(after) : isHeld ? last.after : before && withoutCostly(before),
      after,
      madeOf: new WeakRef(change.after),
      weight: 1 + after.instances.length,
    };
    entries.push(entry);
    newest.set(key, entry);
    head += 1;
    weight += entry.weight;
    while (weight > WEIGHT_MAX && entries.length > 1) letGo(entries.shift());
  }

  function letGo(entry: Entry | undefined): void {
    if (entry === undefined) return;
    weight -= entry.weight;
    const key = invocationKey(entry.after);
    if (newest.get(key) === entry) newest.delete(key);
  }

  return {
    name,
    head: () => head,
    readAfter(number) {
      const start = number - (head - entries.length);
      if (start < 0 || number > head) return null;
      const runs = new Map<string, LoggedChange>();
      let end = start;
      for (let read = 0; end < entries.length && read < WEIGHT_AT_ONCE; end += 1) {
        const entry = entries[end] as Entry;
        const key = invocationKey(entry.after);
        runs.set(key, { before: runs.has(key) ? (runs.get(key)?.before ?? null) : entry.before, after: entry.after });
        read += entry.weight;
      }
      return { changes: [...runs.values()], head: number + end - start };
    },
    touch() {
      touches += 1;
      waiters.wake();
    },
    touches: () => touches,
    wait: async (place, signal) => {
      if (head <= place.number && touches === place.touches && !signal.aborted) await waiters.wait(signal);
    },
  };
}

/** Those who wait for the next change. */
function createWaiters() {
  const waiting = new Set<() => void>();
  return {
    wake() {
      for (const end of waiting) wakeInSlices(end);
      waiting.clear();
    },
    wait: (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const end = (): void => {
          waiting.delete(end);
          signal.removeEventListener("abort", end);
          resolve();
        };
        waiting.add(end);
        signal.addEventListener("abort", end, { once: true });
      }),
  };
}

/** True if a list shows the same of both, whichever answers told them and whatever is costly. */
export function isSameState(before: Invocation, after: Invocation): boolean {
  const isSameInstance = (one: InstanceInvocation, position: number): boolean => {
    const other = after.instances[position];
    return one === other || (other !== undefined && isEqualBut(COSTLY_OF_INSTANCE, one, other));
  };
  return (
    before.instances.length === after.instances.length &&
    isEqualBut(COMPARED_APART, before, after) &&
    isEqualBut(COSTLY_OF_COMMAND, before.command, after.command) &&
    isDeepStrictEqual(before.resourceGroupIds ?? [], after.resourceGroupIds ?? []) &&
    before.instances.every(isSameInstance)
  );
}

const COSTLY_OF_INSTANCE: ReadonlySet<string> = new Set(["output", "pastOutput", "readFrom"]);
const COSTLY_OF_COMMAND: ReadonlySet<string> = new Set(["content", "isGuess"]);
const COMPARED_APART: ReadonlySet<string> = new Set(["command", "instances", "resourceGroupIds", "readFrom"]);

// Copies without these members, to be compared as wholes, take twenty times as long.
function isEqualBut<Compared extends object>(ignored: ReadonlySet<string>, one: Compared, other: Compared): boolean {
  const isEqual = (name: string): boolean => {
    const [own, its] = [one[name as keyof Compared], other[name as keyof Compared]];
    return ignored.has(name) || own === its || isDeepStrictEqual(own, its);
  };
  return Object.keys(one).every(isEqual) && Object.keys(other).every(isEqual);
}

/** What lists show of a run, in one form however it was read. */
function withoutCostly(run: Invocation): Invocation {
  const { isGuess: _guess, ...command } = run.command;
  return {
    ...withoutOutputs(run),
    command: { ...command, content: undefined },
    resourceGroupIds: run.resourceGroupIds ?? [],
  };
}

/**
 * What a run probably was before another process changed it, if nobody here saw it: a run that changes was not over. Never the
 * same as the run itself, so that the change is told.
 */
function asUnfinished(run: Invocation): Invocation {
  const status: InvocationStatus = run.status === "RUNNING" ? "PENDING" : "RUNNING";
  return { ...run, status, instances: run.instances.map((one) => ({ ...one, status, exitCode: null, error: null })) };
}
