import { type Clock, type CostMeter, type Operation, UpstreamError } from "#domain";
import type { FirstPage, RunListPage } from "../contract/index.ts";

/** Finds out whether a list without the parameter `Timed` hides the runs that will run again, as the vendor's documents say. */
export interface TimedProbe {
  /** What is known, without a call. */
  isHiding(): boolean;
  /**
   * The same, asked for if it is not known. A process asks until it has met one scheduled run: every ten minutes, or a minute
   * after a probe that failed. Until it knows, nothing is hidden.
   */
  ask(operation: Operation): Promise<boolean>;
  /**
   * The same, behind the newest page of the list that is to be opened, so that a failing source shows its own error. Undefined if
   * nothing was asked. Those who come meanwhile with the same subject get the same page.
   */
  askBehind(subject: string, read: ReadPage, operation: Operation): Promise<FirstPage | undefined>;
}

/** Reads the newest page of a list. @throws UpstreamError */
type ReadPage = (operation: Operation) => Promise<RunListPage>;

/** One of the two questions that a probe asks. */
export interface ProbeFilter {
  readonly Timed?: boolean;
  readonly InvokeId?: string;
}

/** Finds one run by a filter, null if there is none. */
export type FindRun = (filter: ProbeFilter, operation: Operation) => Promise<{ readonly invokeId: string } | null>;

const AFTER_NONE_MS = 600_000;
const AFTER_FAILURE_MS = 60_000;

/** Begins without knowing. */
export function createTimedProbe(clock: Clock, findRun: FindRun): TimedProbe {
  const probe = createProbe(clock, findRun);
  const openings = new Map<string, Promise<FirstPage | undefined>>();

  async function readThenAsk(read: ReadPage, operation: Operation): Promise<Opening> {
    // After the first probe the list is known already: reading it again does not wait for quota.
    const paced: Operation = probe.isFirst() ? operation : { ...operation, pace: operation.pace ?? "refresh" };
    const askedAt = clock.now();
    try {
      const page = { askedAt, ...(await read(paced)) };
      await probe.ask(paced);
      return { first: async () => page, isShared: true };
    } catch (error) {
      const isOwn = operation.signal.aborted || !(error instanceof UpstreamError) || error.isPaced === true;
      return { first: () => Promise.reject(error), isShared: !isOwn };
    }
  }

  function lead(subject: string, read: ReadPage, operation: Operation): Promise<FirstPage> {
    const opening = readThenAsk(read, operation).finally(() => openings.delete(subject));
    const first = opening.then((opened) => opened.first);
    // The operation that asked goes on before those who waited, so that what it paid for is no cached read of its own.
    const shared = first.then(() => opening).then((opened) => (opened.isShared ? opened.first : undefined));
    openings.set(subject, shared);
    return first;
  }

  return {
    isHiding: probe.isHiding,
    ask: probe.ask,
    async askBehind(subject, read, operation) {
      while (probe.isDue()) {
        const underWay = openings.get(subject);
        const first = await (underWay ?? lead(subject, read, operation));
        // An operation that has ended reads no list any more.
        if (operation.signal.aborted) await first?.();
        if (first !== undefined) return first;
      }
      return undefined;
    },
  };
}

/** Asks both questions when they are due, once for all who wait. */
function createProbe(clock: Clock, findRun: FindRun) {
  let known: boolean | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function probe(operation: Operation): Promise<void> {
    const free = { ...operation, meter: freeOf(operation.meter) };
    try {
      const scheduled = await findRun({ Timed: true }, free);
      if (scheduled !== null) known = (await findRun({ InvokeId: scheduled.invokeId }, free)) === null;
      // Not before both answers are there: all who open a list between them wait for the second.
      notBefore = clock.elapsed() + AFTER_NONE_MS;
    } catch (error) {
      // A cancelled operation has learned nothing; the next one may ask at once.
      notBefore = operation.signal.aborted ? Number.NEGATIVE_INFINITY : clock.elapsed() + AFTER_FAILURE_MS;
      if (!(error instanceof UpstreamError)) throw error;
    }
  }

  const isDue = (): boolean => known === undefined && clock.elapsed() >= notBefore;

  return {
    isHiding: () => known ?? false,
    isDue,
    /** True until a probe has ended. */
    isFirst: () => notBefore === Number.NEGATIVE_INFINITY,
    async ask(operation: Operation): Promise<boolean> {
      while (isDue() && !operation.signal.aborted) {
        // What breaks another operation is no matter of this one.
        if (asking !== undefined) await asking.catch(() => {});
        else {
          asking = probe(operation).finally(() => {
            asking = undefined;
          });
          await asking;
        }
      }
      return known ?? false;
    },
  };
}

/** How an opening went. */
interface Opening {
  readonly first: FirstPage;
  /** False if it failed by what only the operation that began it could not have, such as its budget. */
  readonly isShared: boolean;
}

// A process probes for all operations to come; the one that happens to be first does not pay for it.
function freeOf(meter: CostMeter): CostMeter {
  return { client: meter.client, spend() {}, addCached: (count) => meter.addCached(count) };
}
