import { type Clock, type CostMeter, type Invocation, type Operation, UpstreamError } from "#domain";
import type { FirstPage, RunListPage } from "../contract/index.ts";

/** Finds out whether a list without the parameter `Timed` hides the runs that will run again, as the vendor's documents say. */
export interface TimedProbe {
  /** What is known, without a call: undefined unless the last probe was answered, so that something may be hidden. */
  isHiding(): boolean | undefined;
  /**
   * The same, asked for if it is not known. A process asks until it has met one scheduled run: every ten minutes, or a minute
   * after a probe that failed.
   */
  ask(operation: Operation): Promise<boolean | undefined>;
  /**
   * The same, behind the newest page of the list that is to be opened, so that a failing source shows its own error. Undefined if
   * nothing was asked. Those who come meanwhile with the same subject get the same page.
   */
  askBehind(list: ProbedList, operation: Operation): Promise<FirstPage | undefined>;
  /** Looks at a page of the list without any filter: an id may find a scheduled run that no list shows. */
  note(page: ShownRuns): void;
}

/** What a page of a list shows. */
interface ShownRuns {
  readonly runs: readonly FoundRun[];
  readonly isFirst: boolean;
  /** True if the list ends with it. */
  readonly isLast: boolean;
}

/** A page as {@link TimedProbe.note} takes it. */
export function shownOn(page: RunListPage, isFirst: boolean): ShownRuns {
  return { runs: page.runs, isFirst, isLast: page.next === null && page.flaw === null && page.unreadable === 0 };
}

/** A list without the parameter `Timed`. */
interface ProbedList {
  /** The same for the same filters. */
  readonly subject: string;
  /** True if it has no filter: then a scheduled run that its newest page lacks is hidden, also if its id finds it. */
  readonly isWhole: boolean;
  /** Reads its newest page. @throws UpstreamError */
  read(operation: Operation): Promise<RunListPage>;
}

/** One of the two questions that a probe asks. */
export interface ProbeFilter {
  readonly Timed?: boolean;
  readonly InvokeId?: string;
}

/** Finds one run by a filter, null if there is none. */
export type FindRun = (filter: ProbeFilter, operation: Operation) => Promise<FoundRun | null>;

/** Reads the newest runs of the list without any filter. */
export type ReadNewest = (operation: Operation) => Promise<ShownRuns>;

type FoundRun = Pick<Invocation, "invokeId" | "creationTime">;

const AFTER_NONE_MS = 600_000;
const AFTER_FAILURE_MS = 60_000;

/** Begins without knowing. */
export function createTimedProbe(clock: Clock, findRun: FindRun, readNewest: ReadNewest): TimedProbe {
  const probe = createProbe(clock, findRun, readNewest);
  const openings = new Map<string, Promise<FirstPage | undefined>>();

  async function readThenAsk({ read, isWhole }: ProbedList, operation: Operation): Promise<Opening> {
    // After the first probe the list is known already: reading it again does not wait for quota.
    const paced: Operation = probe.isFirst() ? operation : { ...operation, pace: operation.pace ?? "refresh" };
    const askedAt = clock.now();
    try {
      const page = { askedAt, ...(await read(paced)) };
      await probe.ask(paced, isWhole ? async () => shownOn(page, true) : readNewest);
      return { first: async () => page, isShared: true };
    } catch (error) {
      const isOwn = operation.signal.aborted || !(error instanceof UpstreamError) || error.isPaced === true;
      return { first: () => Promise.reject(error), isShared: !isOwn };
    }
  }

  function lead(list: ProbedList, operation: Operation): Promise<FirstPage> {
    const opening = readThenAsk(list, operation).finally(() => openings.delete(list.subject));
    const first = opening.then((opened) => opened.first);
    // The operation that asked goes on before those who waited, so that what it paid for is no cached read of its own.
    const shared = first.then(() => opening).then((opened) => (opened.isShared ? opened.first : undefined));
    openings.set(list.subject, shared);
    return first;
  }

  return {
    isHiding: probe.isHiding,
    ask: probe.ask,
    note: probe.note,
    async askBehind(list, operation) {
      while (probe.isDue()) {
        const underWay = openings.get(list.subject);
        const first = await (underWay ?? lead(list, operation));
        // An operation that has ended reads no list any more.
        if (operation.signal.aborted) await first?.();
        if (first !== undefined) return first;
      }
      return undefined;
    },
  };
}

/** Asks its questions when they are due, once for all who wait. */
function createProbe(clock: Clock, findRun: FindRun, readAnyNewest: ReadNewest) {
  let known: boolean | undefined;
  let isAnswered = false;
  /** What an id found, and no list showed so far. */
  let unlisted: FoundRun | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function isHidden(scheduled: FoundRun, readNewest: ReadNewest, operation: Operation): Promise<boolean> {
    const newest = await readNewest(operation);
    if (isMissing(scheduled, newest, clock.now())) return true;
    if (!isAmong(scheduled, newest)) unlisted = scheduled;
    return (await findRun({ InvokeId: scheduled.invokeId }, operation)) === null;
  }

  async function probe(operation: Operation, readNewest: ReadNewest): Promise<void> {
    const free = { ...operation, meter: freeOf(operation.meter) };
    try {
      const scheduled = await findRun({ Timed: true }, free);
      if (scheduled !== null) known = await isHidden(scheduled, readNewest, free);
      isAnswered = true;
      // Not before both answers are there: all who open a list between them wait for the second.
      notBefore = clock.elapsed() + AFTER_NONE_MS;
    } catch (error) {
      // A cancelled operation has learned nothing; the next one may ask at once.
      notBefore = operation.signal.aborted ? Number.NEGATIVE_INFINITY : clock.elapsed() + AFTER_FAILURE_MS;
      // Whatever it was refused for: nobody has said that there are none.
      isAnswered = false;
      if (!(error instanceof UpstreamError)) throw error;
    }
  }

  const isHiding = (): boolean | undefined => known ?? (isAnswered ? false : undefined);
  const isDue = (): boolean => known === undefined && clock.elapsed() >= notBefore;

  return {
    isHiding,
    isDue,
    note(page: ShownRuns): void {
      if (unlisted === null) return;
      if (isMissing(unlisted, page, clock.now())) known = true;
      if (known === true || isAmong(unlisted, page)) unlisted = null;
    },
    /** True until a probe has ended. */
    isFirst: () => notBefore === Number.NEGATIVE_INFINITY,
    async ask(operation: Operation, readNewest: ReadNewest = readAnyNewest): Promise<boolean | undefined> {
      while (isDue() && !operation.signal.aborted) {
        // What breaks another operation is no matter of this one.
        if (asking !== undefined) await asking.catch(() => {});
        else {
          asking = probe(operation, readNewest).finally(() => {
            asking = undefined;
          });
          await asking;
        }
      }
      return isHiding();
    },
  };
}

/** What was created so shortly before a page was read may not be listed yet. */
const LISTED_AFTER_MS = 60_000;

/** True for a run that a page does not show though it shows what lies on both sides of it, newest first: runs, or an end of the list. */
function isMissing(run: FoundRun, page: ShownRuns, now: number): boolean {
  const created = run.creationTime;
  if (created === null || isAmong(run, page)) return false;
  const times = page.runs.map(({ creationTime }) => creationTime).filter((time) => time !== null);
  const isListed = page.isFirst && Date.parse(created) < now - LISTED_AFTER_MS;
  const isBelow = isListed || times.some((time) => time > created);
  return isBelow && (page.isLast || times.some((time) => time < created));
}

function isAmong({ invokeId }: FoundRun, { runs }: ShownRuns): boolean {
  return runs.some((run) => run.invokeId === invokeId);
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
