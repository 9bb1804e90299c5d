import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "#domain";
import type { Readers } from "./readers.ts";
import { onResponseClose } from "./response-close.ts";

/** An HTTP server that can be closed without losing a request. */
export interface Listener {
  /** For the part that upgrades connections. */
  readonly server: Server;
  readonly isDraining: boolean;
  /** Rejects where the address cannot be had; resolves to the port. */
  listen(port: number, host: string): Promise<number>;
  /** Resolves once everything is closed; what still runs after ten seconds is cut off. */
  drain(): Promise<void>;
}

// Requests that are on their way over an idle connection would be lost if it were closed at once: for a moment they are still
// answered, with the request to close.
const NOTICE_MS = 200;
const MOST_MS = 10_000;

// Slow headers and bodies hold connections; a connection that never sends anything counts as slow headers.
const TIMEOUTS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
};
const MOST_CONNECTIONS = 10_000;

/** Listens for requests; the handler answers each and throws nothing. */
export function createListener(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  clock: Clock,
  readers: Readers,
): Listener {
  const inFlight = new Set<ServerResponse>();
  const inTurn = createQueues();
  let isDraining = false;
  let onEmpty = () => {};
  const server = createServer(TIMEOUTS, (request, response) => {
    if (isDraining) askToClose(response);
    inFlight.add(response);
    onResponseClose(request, response, () => {
      inFlight.delete(response);
      if (inFlight.size === 0) onEmpty();
    });
    // All of the answer has been handed to the connection by then.
    response.once("prefinish", () => readers.wrote(request.socket, response));
    inTurn(request, response, () => handle(request, response));
  });
  server.maxConnections = MOST_CONNECTIONS;
  return {
    server,
    get isDraining() {
      return isDraining;
    },
    listen: (port, host) => listen(server, port, host),
    async drain() {
      isDraining = true;
      inFlight.forEach(askToClose);
      await clock.sleep(NOTICE_MS);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
        if (inFlight.size === 0) resolve();
      });
      const done = new AbortController();
      await Promise.race([empty, clock.sleep(MOST_MS, done.signal)]);
      done.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Handles a request when it is its turn. */
type InTurn = (request: IncomingMessage, response: ServerResponse, handle: () => void) => void;

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

const MOST_AT_ONCE = 2;
const MOST_WAITING = 100;

/**
 * Two requests of a connection at a time: answers of pipelined requests would otherwise pile up behind the first that is not read.
 * A connection with over 100 requests that wait is closed.
 */
function createQueues(): InTurn {
  const lines = new WeakMap<Socket, Line>();
  return (request, response, handle) => {
    const { socket } = request;
    const line = lines.get(socket) ?? { running: 0, waiting: [] };
    lines.set(socket, line);
    const begin = () => {
      line.running += 1;
      onResponseClose(request, response, () => {
        line.running -= 1;
        if (!socket.destroyed) line.waiting.shift()?.();
      });
      if (!response.destroyed) handle();
    };
    if (line.running < MOST_AT_ONCE) begin();
    else if (line.waiting.length < MOST_WAITING) line.waiting.push(begin);
    else socket.destroy();
  };
}
