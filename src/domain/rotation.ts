/** Those who wait, served by owner in rotation: an owner with many waiters does not keep the others waiting. */
export interface Rotation<Waiter> {
  readonly isEmpty: boolean;
  /** How many wait. */
  readonly size: number;
  add(owner: object | string, waiter: Waiter): void;
  /** How many would be served before a waiter that this owner added now. */
  countAhead(owner: object | string): number;
  /** Takes the next one out; null if nobody waits. @param isServed whether an owner may be served now */
  take(isServed?: (owner: object | string) => boolean): Waiter | null;
  remove(owner: object | string, waiter: Waiter): void;
  /** Takes out all that match. */
  takeAll(matches: (waiter: Waiter) => boolean): readonly Waiter[];
}

/** Starts empty. */
export function createRotation<Waiter>(): Rotation<Waiter> {
  // In the order in which the owners are served next.
  const waiting = new Map<object | string, Waiter[]>();

  const keep = (owner: object | string, queue: Waiter[]) => {
    if (queue.length === 0) waiting.delete(owner);
    else waiting.set(owner, queue);
  };

  return {
    get isEmpty() {
      return waiting.size === 0;
    },
    get size() {
      return [...waiting.values()].reduce((sum, queue) => sum + queue.length, 0);
    },
    add(owner, waiter) {
      const queue = waiting.get(owner);
      if (queue === undefined) waiting.set(owner, [waiter]);
      else queue.push(waiter);
    },
    countAhead(owner) {
      const own = waiting.get(owner)?.length ?? 0;
      let count = own;
      for (const [other, queue] of waiting) if (other !== owner) count += Math.min(queue.length, own + 1);
      return count;
    },
    take(isServed = () => true) {
      for (const [owner, queue] of waiting) {
        if (!isServed(owner)) continue;
        waiting.delete(owner);
        const next = queue.shift();
        keep(owner, queue);
        if (next !== undefined) return next;
      }
      return null;
    },
    remove(owner, waiter) {
      keep(owner, waiting.get(owner)?.filter((other) => other !== waiter) ?? []);
    },
    takeAll(matches) {
      const taken = [...waiting.values()].flatMap((queue) => queue.filter(matches));
      if (taken.length === 0) return taken;
      for (const [owner, queue] of [...waiting])
        keep(
          owner,
          queue.filter((waiter) => !taken.includes(waiter)),
        );
      return taken;
    },
  };
}
