import type { Socket } from "node:net";
import { LRUCache } from "lru-cache";

import { type Caller, type RateLimits, toNetwork } from "#access";
import type { Clock } from "#domain";
import { LIMITS, type LimitName, limitExceeded, refuseAbove } from "../errors/index.ts";
import { toLimitError } from "./admission.ts";
import { createHoldings, type Holdings } from "./holdings.ts";
import { createTurns } from "./turns.ts";

/** Who asks, as far as limits are concerned. */
export interface Client extends Holdings {
  /** Tells it from the others; nothing that they may see. */
  readonly name: string;
  /** @throws InputError if the client has made its upstream calls of this minute */
  spendCall(): void;
  /** @throws InputError if the client has had its look-ups of foreign ids of this minute */
  spendForeignId(): void;
  /**
   * Counts a subscription until the returned function is called.
   * @throws RefusalError if the client has too many
   */
  watch(): () => void;
  /** Resolves when the client may work for a moment, behind the small operations of others. @param asker the operation that works */
  turn(asker?: object): Promise<void>;
  /** Resolves when something small may go on: at once in a turn of the client. */
  pass(): Promise<void>;
  /** A turn after the one that the client may have. */
  next(): Promise<void>;
  /** The turn before what came is read: to read a document may take longer than to answer it. Null if it may be read at once. */
  arrive(isHeavy?: boolean): Promise<void> | null;
  /** Upstream calls that are left in this minute; null or absent if only the gateway's own limit holds. */
  remainingCalls?(): number | null;
  /**
   * The turn before an operation whose answer can weigh as much as so many leaf values begins; null if it may begin at once. What it
   * resolves to is to be called once the answer is made.
   */
  enter(weight: number, asker?: object): Promise<() => void> | null;
}

/** What clients may do; 0 lifts a limit. */
export interface ClientLimits {
  readonly watchers: number;
  readonly sockets: number;
  readonly callsPerMinute: number;
}

/** All clients of a server. */
export interface Clients {
  /** The client at an address; once it is known who asks, the caller wherever it is. */
  of(socket: Pick<Socket, "remoteAddress">, caller?: Caller): Client;
}

/** What clients may do unless settings say otherwise. */
export const CLIENT_LIMITS: ClientLimits = {
  watchers: LIMITS.clientWatchers,
  sockets: LIMITS.clientSockets,
  callsPerMinute: LIMITS.clientCalls,
};

const MINUTE_MS = 60_000;
const MOST_CLIENTS = 10_000;

/** Limits for each client alone; those that asked least lately are forgotten once there are 10,000. */
export function createClients(clock: Clock, limits: ClientLimits, callerLimits: RateLimits | null = null): Clients {
  const turns = createTurns();
  const holdingsOfNext = createHoldings();
  const known = new LRUCache<string, Client>({
    max: MOST_CLIENTS,
    memoMethod: (name) => ({
      name,
      spendCall: createMinute(clock, "clientCalls", limits.callsPerMinute),
      spendForeignId: createMinute(clock, "foreignIds", LIMITS.foreignIds),
      watch: createCounter("clientWatchers", limits.watchers),
      ...holdingsOfNext(),
      turn: (asker) => turns.wait(name, asker),
      pass: () => turns.pass(name),
      next: () => turns.next(name),
      arrive: (isHeavy) => turns.arrive(name, isHeavy),
      enter: (weight, asker) => turns.enter(name, weight, asker),
    }),
  });
  return {
    of(socket, caller) {
      const isKnown = caller !== undefined && caller.knownBy !== "open";
      const client = known.memo(isKnown ? `caller ${caller.id}` : toNetwork(socket.remoteAddress));
      return isKnown && callerLimits !== null ? limitByCaller(client, caller, callerLimits) : client;
    },
  };
}

/** A client with the limits that the access file sets for the caller, beside those that hold for every client. */
function limitByCaller(client: Client, caller: Caller, limits: RateLimits): Client {
  return {
    ...client,
    remainingCalls: () => limits.remainingCalls(caller),
    spendCall() {
      client.spendCall();
      const verdict = limits.takeCalls(caller, 1);
      if (!verdict.isAllowed) throw toLimitError(verdict);
    },
    watch() {
      const leave = client.watch();
      const verdict = limits.openSubscription(caller);
      if (!verdict.isAllowed) {
        leave();
        throw toLimitError(verdict);
      }
      return () => {
        verdict.close();
        leave();
      };
    },
  };
}

function createMinute(clock: Clock, limit: LimitName, max: number): () => void {
  let count = 0;
  let endsAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.elapsed();
    if (now >= endsAt) {
      count = 0;
      endsAt = now + MINUTE_MS;
    }
    if (max > 0 && count >= max) throw limitExceeded(limit, count + 1, max);
    count += 1;
  };
}

function createCounter(limit: LimitName, max: number): () => () => void {
  let count = 0;
  return () => {
    if (max > 0) refuseAbove(limit, count + 1, max);
    count += 1;
    let isCounted = true;
    return () => {
      if (isCounted) count -= 1;
      isCounted = false;
    };
  };
}
