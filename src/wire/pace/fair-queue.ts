import { createRotation, type Rotation } from "#domain";

/** For whom is waited: an operation, and its client where that is known. */
export interface Owner {
  readonly client?: string | undefined;
}

/** Those who wait, by client in rotation and each client's by operation: neither with many waiters keeps the others waiting. */
export interface FairQueue<Waiter> extends Omit<Rotation<Waiter>, "size"> {
  add(owner: Owner, waiter: Waiter): void;
  countAhead(owner: Owner): number;
  remove(owner: Owner, waiter: Waiter): void;
}

/** Starts empty. An operation without a client counts as a client of its own. */
export function createFairQueue<Waiter>(): FairQueue<Waiter> {
  // In the order in which the clients are served next.
  const clients = new Map<string | Owner, Rotation<Waiter>>();
  const clientOf = (owner: Owner) => owner.client ?? owner;

  const keep = (client: string | Owner, operations: Rotation<Waiter>) => {
    if (operations.isEmpty) clients.delete(client);
    else clients.set(client, operations);
  };

  return {
    get isEmpty() {
      return clients.size === 0;
    },
    add(owner, waiter) {
      const operations = clients.get(clientOf(owner)) ?? createRotation<Waiter>();
      operations.add(owner, waiter);
      keep(clientOf(owner), operations);
    },
    countAhead(owner) {
      const own = clients.get(clientOf(owner))?.countAhead(owner) ?? 0;
      let count = own;
      for (const [client, { size }] of clients) if (client !== clientOf(owner)) count += Math.min(size, own + 1);
      return count;
    },
    take() {
      for (const [client, operations] of clients) {
        clients.delete(client);
        const next = operations.take();
        keep(client, operations);
        if (next !== null) return next;
      }
      return null;
    },
    remove(owner, waiter) {
      const operations = clients.get(clientOf(owner));
      if (operations === undefined) return;
      operations.remove(owner, waiter);
      keep(clientOf(owner), operations);
    },
    takeAll(matches) {
      return [...clients].flatMap(([client, operations]) => {
        const taken = operations.takeAll(matches);
        keep(client, operations);
        return taken;
      });
    },
  };
}
