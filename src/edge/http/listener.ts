import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Clock, takeLines } from "#domain";
import { answerWithoutUpgrade, asksForWebSocket } from "./other-upgrades.ts";
import { type PacedReading, paceReading, type ReadingTurns } from "./paced-reading.ts";
import type { Readers } from "./readers.ts";
import { type AnsweringTurns, answerInTurns } from "./reply.ts";
import { onResponseClose } from "./response-close.ts";
import { refuseUnread } from "./turn-away.ts";

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

/** What a listener is told. */
export interface ListenerParts {
  readonly clock: Clock;
  readonly readers: Readers;
  /**
   * For how long idle connections are still answered before they are closed, with the request to close; 200 unless said. Requests that
   * are on their way would be lost otherwise.
   */
  readonly noticeMs?: number | undefined;
  /** Who reads and answers when: the client at the other end of the connection. */
  turnsOf(socket: Socket): ReadingTurns & AnsweringTurns;
}

/** Listens for requests; the handler answers each and throws nothing. */
export function createListener(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  { clock, readers, noticeMs = NOTICE_MS, turnsOf }: ListenerParts,
): Listener {
  const inFlight = new Set<ServerResponse>();
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
  const inTurn = readInTurns(server, turnsOf);
  server.on("clientError", refuseUnread);
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
      if (noticeMs > 0) await clock.sleep(noticeMs);
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
  /** The one that came last. */
  newest: IncomingMessage | null;
  /** The one after which Node has stopped reading the connection: it begins once all before it are answered. */
  last: (() => void) | null;
  readonly reading: PacedReading;
}

const MOST_AT_ONCE = 2;
/** The headers of a request and its body. */
const PIECES_A_TURN = 2;

/**
 * Two requests of a connection at a time, and none is read before: answers of pipelined requests would otherwise pile up behind the first
 * that is not read.
 */
function readInTurns(server: Server, turnsOf: ListenerParts["turnsOf"]): InTurn {
  const lines = new WeakMap<object, Line>();
  // After the server's own listener, which begins to read.
  server.on("connection", (socket: Socket) => {
    const mayRead = () => line.running < MOST_AT_ONCE || line.newest?.complete === false;
    const turns = turnsOf(socket);
    answerInTurns(socket, turns);
    const reading = paceReading(socket, { turns, mayRead, cut: cutRequest, piecesATurn: PIECES_A_TURN });
    const line: Line = { running: 0, waiting: [], newest: null, last: null, reading };
    lines.set(socket, line);
  });
  server.on("upgrade", (request, socket, head) => {
    // The peer may break off before it is answered, and an error that nobody hears ends the process. Of earlier upgrades somebody listens yet.
    if (socket.listenerCount("error") === 0) socket.once("error", () => socket.destroy());
    const line = lines.get(socket);
    line?.reading.leave();
    // Beside this one only a listener for WebSockets hears of upgrades, and the port for operators has none.
    if (asksForWebSocket(request) && server.listenerCount("upgrade") > 1) return;
    const begin = () => answerWithoutUpgrade(server, request, socket, head);
    if (line === undefined || line.running === 0) return begin();
    // Nobody listens meanwhile, and what flows to nobody is lost.
    socket.pause();
    line.last = begin;
  });
  return (request, response, handle) => {
    const { socket } = request;
    const line = lines.get(socket);
    if (line === undefined) return;
    const begin = () => {
      line.running += 1;
      onResponseClose(request, response, () => {
        line.running -= 1;
        if (socket.destroyed) return;
        line.waiting.shift()?.();
        line.reading.goOn();
        if (line.running === 0) line.last?.();
      });
      if (!response.destroyed) handle();
    };
    line.newest = request;
    if (line.running < MOST_AT_ONCE) begin();
    else line.waiting.push(begin);
  };
}

/** No shorter than the headers of a client that does not count its bytes. */
const LEAST_PIECE = 128;
const MOST_PIECE = 4_096;
/** Each chunk of a body takes two lines and is told of alone: those of one byte took some milliseconds a piece. */
const MOST_LINES = 64;

/** Up to the end of a request's headers, so that no piece holds many requests, or of so many lines, so that none holds many chunks. */
function cutRequest(bytes: Buffer): number {
  const start = Math.min(LEAST_PIECE, bytes.length) - 1;
  const ends = ["\n\r\n", "\n\n"].flatMap((blank) => {
    const at = bytes.subarray(0, MOST_PIECE).indexOf(blank, start);
    return at < 0 ? [] : [at + blank.length];
  });
  return takeLines(bytes.subarray(0, Math.min(MOST_PIECE, ...ends)), MOST_LINES).end;
}
