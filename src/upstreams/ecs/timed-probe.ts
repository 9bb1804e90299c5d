import { type Clock, type Operation, UpstreamError } from "#domain";

/** Finds out whether a list without the parameter `Timed` hides the runs that will run again, as the vendor's documents say. */
export interface TimedProbe {
  /** What is known, without a call. */
  isHiding(): boolean;
  /**
   * The same, asked for if it is not known. A process asks until it has met one scheduled run: every ten minutes, or a minute
   * after a probe that failed. Until it knows, nothing is hidden.
   */
  ask(operation: Operation): Promise<boolean>;
}

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
  let known: boolean | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function probe(operation: Operation): Promise<void> {
    try {
      const scheduled = await findRun({ Timed: true }, operation);
      notBefore = clock.elapsed() + AFTER_NONE_MS;
      if (scheduled !== null) known = (await findRun({ InvokeId: scheduled.invokeId }, operation)) === null;
    } catch (error) {
      // A cancelled operation has learned nothing; the next one may ask at once.
      notBefore = operation.signal.aborted ? Number.NEGATIVE_INFINITY : clock.elapsed() + AFTER_FAILURE_MS;
      if (!(error instanceof UpstreamError)) throw error;
    }
  }

  return {
    isHiding: () => known ?? false,
    async ask(operation) {
      while (known === undefined && clock.elapsed() >= notBefore && !operation.signal.aborted) {
        if (asking === undefined) {
          asking = probe(operation).finally(() => {
            asking = undefined;
          });
          await asking;
        } else {
          // What breaks another operation, such as its budget, is no matter of this one.
          await asking.catch(() => {});
        }
      }
      return known ?? false;
    },
  };
}
