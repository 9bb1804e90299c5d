import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { WebSocket } from "ws";

/** What is asked for. */
export interface LiveRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/** One subscription of one client, as it goes on. */
export interface Subscriber {
  readonly results: readonly unknown[];
  /** Resolves once that many results are there; rejects where the subscription ends before. */
  reached(count: number): Promise<void>;
  /** Resolves to `complete` or to what broke it off. */
  readonly end: Promise<unknown>;
  /** Unsubscribes and lets go of the connection. */
  leave(): Promise<void>;
}

/** Transports of live operations, by name; each subscriber has a connection of its own. */
export const TRANSPORTS = {
  websocket: (url: string, request: LiveRequest): Subscriber => {
    const client = createWsClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
    return subscribe(client, request);
  },
  "server-sent events": (url: string, request: LiveRequest): Subscriber => {
    return subscribe(createSseClient({ url: `${url}/stream`, retryAttempts: 0 }), request);
  },
} as const;

interface Sink {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

interface Client {
  subscribe(request: LiveRequest, sink: Sink): () => void;
  dispose(): void | Promise<void>;
}

function subscribe(client: Client, request: LiveRequest): Subscriber {
  const results: unknown[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  let finish: (end: unknown) => void = () => {};
  const end = new Promise<unknown>((resolve) => {
    finish = resolve;
  });
  const close = (why: unknown) => {
    finish(why);
    for (const { reject } of waiting) reject(new Error(`It ended after ${results.length} results.`, { cause: why }));
  };
  const unsubscribe = client.subscribe(request, {
    next(value) {
      results.push(value);
      for (const { count, resolve } of waiting) if (count <= results.length) resolve();
      waiting = waiting.filter(({ count }) => count > results.length);
    },
    error: close,
    complete: () => close("complete"),
  });
  return {
    results,
    end,
    reached: (count) =>
      new Promise((resolve, reject) => {
        if (count <= results.length) resolve();
        else waiting.push({ count, resolve, reject });
      }),
    async leave() {
      unsubscribe();
      await client.dispose();
    },
  };
}
