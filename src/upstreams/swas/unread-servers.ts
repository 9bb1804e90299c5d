import { type Clock, hasOwnWord, type Invocation, type Operation, UpstreamError } from "#domain";

/** Which servers' lists of runs could not be read lately, and which runs may have been on them unseen. */
export interface UnreadServers {
  /** Notes that the newest page of a server's list was asked for at this time, in epoch milliseconds, and read. */
  noteRead(instanceId: string, askedAt: number): void;
  noteFailed(instanceId: string): void;
  /** Notes which servers there are, and whether others are told of and not shown. */
  noteServers(instanceIds: readonly string[], isShort: boolean): void;
  /** Notes that every server was asked for this run. */
  noteWhole(invokeId: string): void;
  /** True for a server whose list of runs could not be read lately. */
  isUnread(instanceId: string): boolean;
  /**
   * What such a server tells of one run. One reading at a time finds out whether it tells anything; its failure is that of all who come
   * meanwhile, and of those of the next two seconds: watched runs cost no call each.
   * @throws UpstreamError
   */
  ask<Value>(instanceId: string, read: () => Promise<Value>, operation: Operation): Promise<Value>;
  /** True for a run, put together from lists of single servers, that may have been on a server whose list could not be read. */
  mayHold(run: Invocation): boolean;
}

/** Runs may show up in lists so long after they were created. */
const LISTED_AFTER_MS = 60_000;
const WHOLE_MAX = 5_000;
const FAILED_MS = 2_000;

/** A reading that finds out whether a server tells anything. */
interface Probe {
  /** What fails others, too; null for nothing. */
  readonly failure: Promise<UpstreamError | null>;
  /** By the clock that only goes forward; infinite while it is under way. */
  until: number;
}

/** Starts with nothing unread. */
export function createUnreadServers(clock: Clock): UnreadServers {
  const readAt = new Map<string, number>();
  const failing = new Set<string>();
  const whole = new Set<string>();
  const probes = new Map<string, Probe>();
  let lacksServers = false;
  return {
    noteRead(instanceId, askedAt) {
      failing.delete(instanceId);
      readAt.set(instanceId, askedAt);
    },
    noteFailed: (instanceId) => void failing.add(instanceId),
    noteServers(instanceIds, isShort) {
      lacksServers = isShort;
      const there = new Set(instanceIds);
      for (const gone of [...failing, ...readAt.keys()].filter((id) => !there.has(id))) {
        failing.delete(gone);
        readAt.delete(gone);
      }
    },
    noteWhole(invokeId) {
      whole.add(invokeId);
      const [oldest] = whole;
      if (whole.size > WHOLE_MAX && oldest !== undefined) whole.delete(oldest);
    },
    isUnread: (instanceId) => failing.has(instanceId),
    async ask(instanceId, read, { signal }) {
      const known = probes.get(instanceId);
      if (known !== undefined && clock.elapsed() < known.until) {
        const failure = await known.failure;
        if (failure !== null) throw failure;
        return read();
      }
      const reading = read();
      const toFailure = (error: unknown): UpstreamError | null =>
        error instanceof UpstreamError && error.isPaced !== true && !signal.aborted ? error : null;
      const failure = reading.then(() => null, toFailure);
      const probe: Probe = { failure, until: Number.POSITIVE_INFINITY };
      probes.set(instanceId, probe);
      const found = await failure;
      if (found === null) probes.delete(instanceId);
      else probe.until = clock.elapsed() + FAILED_MS;
      return reading;
    },
    mayHold(run) {
      if ((failing.size === 0 && !lacksServers) || hasOwnWord(run) || whole.has(run.invokeId)) return false;
      const createdAt = run.creationTime === null ? clock.now() : Date.parse(run.creationTime);
      const isShown = (id: string) => run.instances.some(({ instanceId }) => instanceId === id);
      const mayBeUnseen = (id: string) =>
        createdAt > (readAt.get(id) ?? Number.NEGATIVE_INFINITY) - LISTED_AFTER_MS && !isShown(id);
      return lacksServers || [...failing].some(mayBeUnseen);
    },
  };
}
