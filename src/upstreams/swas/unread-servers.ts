import { type Clock, hasOwnWord, type Invocation } from "#domain";

/** Which servers' lists of runs could not be read lately, and which runs may have been on them unseen. */
export interface UnreadServers {
  /** Notes that the newest page of a server's list was asked for at this time, in epoch milliseconds, and read. */
  noteRead(instanceId: string, askedAt: number): void;
  noteFailed(instanceId: string): void;
  /** Notes which servers there are, and whether others are told of and not shown. */
  noteServers(instanceIds: readonly string[], isShort: boolean): void;
  /** Notes that every server was asked for this run. */
  noteWhole(invokeId: string): void;
  /** True for a run, put together from lists of single servers, that may have been on a server whose list could not be read. */
  mayHold(run: Invocation): boolean;
}

/** Runs may show up in lists so long after they were created. */
const LISTED_AFTER_MS = 60_000;
const WHOLE_MAX = 5_000;

/** Starts with nothing unread. */
export function createUnreadServers(clock: Clock): UnreadServers {
  const readAt = new Map<string, number>();
  const failing = new Set<string>();
  const whole = new Set<string>();
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
    mayHold(run) {
      if ((failing.size === 0 && !lacksServers) || hasOwnWord(run) || whole.has(run.invokeId)) return false;
      const createdAt = run.creationTime === null ? clock.now() : Date.parse(run.creationTime);
      const mayBeUnseen = (id: string) => createdAt > (readAt.get(id) ?? Number.NEGATIVE_INFINITY) - LISTED_AFTER_MS;
      return lacksServers || [...failing].some(mayBeUnseen);
    },
  };
}
