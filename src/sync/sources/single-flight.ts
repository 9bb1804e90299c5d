import { setMaxListeners } from "node:events";
import { createOwnFailure, type Operation, type Source, UpstreamError } from "#domain";

/** Identical reads share one call while it is under way, across operations. */
export interface SingleFlight {
  /**
   * Carries out `run`, or waits for the one that is under way under the same key. A shared call ends early only when all who
   * wait for it have gone, and its deadline is the latest of theirs. One that was begun to collect goes at the pace of the first who
   * joins for a reader. What only the first one could not have (its budget,
   * its deadline) is tried again for the others.
   */
  share<Value>(
    key: string,
    source: Source,
    operation: Operation,
    run: (operation: Operation) => Promise<Value>,
    isKept?: boolean,
  ): Promise<Value>;
  /** True when a call under this key is under way. */
  isUnderWay(key: string): boolean;
}

interface SharedCall {
  readonly answer: Promise<unknown>;
  readonly first: Operation;
  readonly controller: AbortController;
  readonly waiting: Set<Operation>;
  /** True if it ends on its own when nobody waits any more: what it reads is kept for the next who asks. */
  readonly isKept: boolean;
  deadline: number;
  pace: Operation["pace"];
  /** Resolves {@link Operation.hurry}. */
  hurry(): void;
}

/** Why a shared call ends early; one for all, since making an error costs more than the rest of a cached read. */
const LEFT = new Error("Nobody waits for this call any more.");

/** Starts with none under way. */
export function createSingleFlight(): SingleFlight {
  const calls = new Map<string, SharedCall>();

  function leave(key: string, call: SharedCall, operation: Operation): void {
    call.waiting.delete(operation);
    // What a collector reads waits for its share of the quota, and must not outlive the collector.
    if (call.waiting.size > 0 || (call.isKept && call.pace !== "collect")) return;
    if (calls.get(key) === call) calls.delete(key);
    call.controller.abort(LEFT);
  }

  async function share<Value>(
    key: string,
    source: Source,
    operation: Operation,
    run: (operation: Operation) => Promise<Value>,
    isKept = false,
  ): Promise<Value> {
    if (operation.signal.aborted) throw endedError(source);
    const call = calls.get(key) ?? begin(calls, key, operation, run, isKept);
    const isFirst = call.first === operation;
    const isLate = operation.deadline > call.deadline;
    call.deadline = Math.max(call.deadline, operation.deadline);
    call.waiting.add(operation);
    if (call.pace === "collect" && operation.pace !== "collect") {
      call.pace = operation.pace;
      call.hurry();
    }
    try {
      const value = await untilAborted(call.answer as Promise<Value>, operation, source);
      if (!isFirst) operation.meter.addCached(1);
      return value;
    } catch (error) {
      const wasFirstOnly = !isFirst && isOwnOfFirst(error, operation, isLate);
      if (!wasFirstOnly || operation.signal.aborted) throw error;
      return share(key, source, operation, run, isKept);
    } finally {
      leave(key, call, operation);
    }
  }

  return { share, isUnderWay: (key) => calls.has(key) };
}

/** Begins a call under a key. */
function begin(
  calls: Map<string, SharedCall>,
  key: string,
  operation: Operation,
  run: (operation: Operation) => Promise<unknown>,
  isKept: boolean,
): SharedCall {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  let hurry = (): void => {};
  const hurried = new Promise<void>((resolve) => {
    hurry = resolve;
  });
  const shared: Operation = {
    signal: controller.signal,
    get deadline() {
      return call.deadline;
    },
    requestId: operation.requestId,
    meter: operation.meter,
    get pace() {
      return call.pace;
    },
    hurry: hurried,
  };
  const call: SharedCall = {
    first: operation,
    controller,
    waiting: new Set(),
    isKept,
    deadline: operation.deadline,
    pace: operation.pace,
    hurry,
    // Begun in the next microtask, so that `call` stands when `run` reads the deadline.
    answer: Promise.resolve()
      .then(() => run(shared))
      .finally(() => {
        if (calls.get(key) === call) calls.delete(key);
      }),
  };
  call.answer.catch(() => {});
  calls.set(key, call);
  return call;
}

/** The error of an operation that ended while an upstream call was under way for it. */
export function endedError(source: Source): UpstreamError {
  const { provider, regionId, account } = source;
  const message = `${provider} ${regionId} of account ${account}: no answer within the operation's time`;
  return createOwnFailure(source, "TIMEOUT", message);
}

function untilAborted<Value>(answer: Promise<Value>, { signal, pass }: Operation, source: Source): Promise<Value> {
  return new Promise((resolve, reject) => {
    const waiting = waitersOf(signal);
    const end = (): void => reject(endedError(source));
    waiting.add(end);
    const goOn = (): void => {
      waiting.delete(end);
      resolve(answer);
    };
    // All clients who waited would go on in the same round of the event loop, hundreds of them with a page each.
    const wake = pass === undefined ? goOn : () => void pass().then(goOn);
    answer.then(wake, wake);
  });
}

const waiters = new WeakMap<AbortSignal, Set<() => void>>();

/** Who waits until an operation ends: it may wait for ten thousand reads at once, and a signal looks through its listeners for each new one. */
function waitersOf(signal: AbortSignal): Set<() => void> {
  const known = waiters.get(signal);
  if (known !== undefined) return known;
  const waiting = new Set<() => void>();
  waiters.set(signal, waiting);
  const endAll = (): void => {
    for (const end of waiting) end();
  };
  // Others listen to it too, dozens of them.
  setMaxListeners(0, signal);
  signal.addEventListener("abort", endAll, { once: true });
  return waiting;
}

/** True for what only the operation that began a call could not have: its budget, its deadline, its pace. */
function isOwnOfFirst(error: unknown, { pace }: Operation, isLate: boolean): boolean {
  if (!(error instanceof UpstreamError)) return true;
  return (isLate && error.code === "TIMEOUT") || (error.isPaced === true && pace === undefined);
}
