import { hasEnded, type Invocation } from "#domain";
import type { WatchProjection } from "../contract/index.ts";
import type { Mailbox } from "./mailbox.ts";
import { createSights } from "./sights.ts";

/** One who watches. */
export interface Watcher {
  readonly projection: WatchProjection;
  readonly mailbox: Mailbox<Invocation>;
  /** The run as it was told last, as far as this watcher can see it. */
  seen: Invocation | null;
}

/** All who watch one run. */
export interface Audience {
  add(watcher: Watcher): void;
  remove(watcher: Watcher): void;
  isEmpty(): boolean;
  /** True while somebody was told nothing so far. */
  hasNewcomer(): boolean;
  /** What all of them want together. */
  projection(): WatchProjection;
  /** Tells one, unless that one saw the same before; true if it was told. */
  offer(watcher: Watcher, run: Invocation): boolean;
  /** True if nobody who watches a run without what is costly could tell these from each other. */
  seesSame(one: Invocation, other: Invocation): boolean;
  /**
   * Tells those whose projection was asked for what is new to them; true if it was new to somebody. The end of the run ends their
   * watch, of those who want outputs only once nothing more of these is to come.
   */
  tell(run: Invocation, asked: WatchProjection, isPrinted: boolean): boolean;
  /** Ends every watch. */
  close(error?: Error): void;
}

const NOTHING: WatchProjection = { output: false, content: false, details: false };

/** Nobody yet. @param onEmpty called when the last one leaves */
export function createAudience(onEmpty: () => void): Audience {
  const sights = createSights();
  const watchers = new Set<Watcher>();
  const isAny = (want: keyof WatchProjection): boolean => [...watchers].some(({ projection }) => projection[want]);

  function offer(watcher: Watcher, run: Invocation): boolean {
    const visible = sights.of(run, watcher.projection);
    if (watcher.seen !== null && sights.isSame(visible, watcher.seen)) return false;
    watcher.seen = visible;
    watcher.mailbox.put(run);
    return true;
  }

  return {
    offer,
    seesSame: (one, other) => sights.isSame(sights.of(one, NOTHING), sights.of(other, NOTHING)),
    add: (watcher) => watchers.add(watcher),
    remove(watcher) {
      if (watchers.delete(watcher) && watchers.size === 0) onEmpty();
    },
    isEmpty: () => watchers.size === 0,
    hasNewcomer: () => [...watchers].some(({ seen }) => seen === null),
    projection: () => ({ output: isAny("output"), content: isAny("content"), details: isAny("details") }),
    tell(run, asked, isPrinted) {
      const served = [...watchers].filter(({ projection }) => isServed(projection, asked));
      const news = served.filter((watcher) => offer(watcher, run));
      if (!hasEnded(run)) return news.length > 0;
      for (const watcher of served) {
        if (watcher.projection.output && !isPrinted) continue;
        watchers.delete(watcher);
        watcher.mailbox.close();
      }
      return news.length > 0;
    },
    close(error) {
      for (const { mailbox } of watchers) mailbox.close(error);
      watchers.clear();
    },
  };
}

/** True if what was asked for holds all that is wanted. */
export function isServed(wanted: WatchProjection, asked: WatchProjection): boolean {
  return (asked.output || !wanted.output) && (asked.content || !wanted.content) && (asked.details || !wanted.details);
}
