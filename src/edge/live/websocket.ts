import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type ExecutionArgs, GraphQLError } from "graphql";
import { CloseCode, handleProtocols, MessageType, makeServer, type OperationResult } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";

import { wakeInSlices } from "#domain";
import { refusalAbove, toErrorResponse } from "../errors/index.ts";
import { createRequestId, paceReading, turnAway, turnOn, withoutMark } from "../http/index.ts";
import type { LiveOptions, LiveParts } from "./live-parts.ts";
import { LiveRecord } from "./record.ts";
import { type Receiver, runLive, type Told } from "./run.ts";
import { Stop } from "./stop.ts";
import { NextMessage, watchLife } from "./websocket-life.ts";
import { handleInOrder } from "./websocket-line.ts";
import { Messages } from "./websocket-messages.ts";
import { prepare, toAsker } from "./websocket-operation.ts";
import { closeRefused, isHeavy, isServersOwn, refusalOf, refuseMessage } from "./websocket-refusal.ts";
import { createSender, type Sender } from "./websocket-sender.ts";

/** Connections that carry many operations. */
export interface WebSockets {
  /** Takes over a connection that a client asks to upgrade, or turns it away. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says to every client that the server goes, and closes; a client that does not answer is cut off after two seconds. */
  close(): void;
}

/** What belongs to one connection. */
interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly sender: Sender;
  readonly messages: Messages;
  readonly next: NextMessage;
}

interface Started {
  readonly record: LiveRecord;
  /** Sends every result; gives none. */
  run(): AsyncIterableIterator<never>;
}

const GOING_AWAY = 1001;
const INTERNAL_ERROR = 4500;
const CLOSING_MS = 2_000;
// Larger messages end the connection before they are read; up to here a refusal can still say which operation it is about.
const MOST_MESSAGE_BYTES = 131_072;
const MOST_FRAGMENTS = 128;

/** A ping is six bytes long, and each is answered. */
const PIECE_BYTES = 256;

/** The protocol graphql-transport-ws, with the same gate, limits, errors and records as HTTP. */
export function createWebSockets(options: LiveOptions, parts: LiveParts): WebSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    maxFragments: MOST_FRAGMENTS,
    perMessageDeflate: false,
    handleProtocols,
  });
  const protocol = createProtocol(options, parts);
  server.on("connection", (socket, request) => {
    const sender = createSender(socket, request.socket, () => parts.readers.wrote(request.socket));
    const client = parts.clients.of(request.socket);
    const messages = new Messages(socket);
    const turnFor = (text: string) => client.arrive(isHeavy(text, parts.gate));
    const arrive = (text: string) => messages.settled()?.then(() => turnFor(text) ?? undefined) ?? turnFor(text);
    const next = new NextMessage(socket);
    const cut = ({ length }: Buffer): number => {
      const bytes = Math.min(length, PIECE_BYTES);
      next.read(bytes);
      return bytes;
    };
    paceReading(request.socket, { turns: client, cut, piecesATurn: 1 });
    serve(options, protocol, { socket, request, sender, messages, next }, arrive);
  });
  return {
    upgrade(request, socket, head) {
      const refusal = refusalOf(request, options, server.clients.size + 1);
      if (refusal !== null) void turnAway(socket, refusal);
      else server.handleUpgrade(request, socket, head, (client) => server.emit("connection", client, request));
    },
    close() {
      for (const client of server.clients) client.close(GOING_AWAY, "Going away");
      const closed = new AbortController();
      server.close(() => closed.abort());
      void options.clock.sleep(CLOSING_MS, closed.signal).then(() => {
        for (const client of server.clients) client.terminate();
      });
    },
  };
}

function createProtocol(options: LiveOptions, parts: LiveParts) {
  const started = new WeakMap<object, Started>();
  const run = ({ contextValue }: ExecutionArgs): OperationResult => {
    const operation = started.get(contextValue as object);
    if (operation === undefined) throw new GraphQLError("No such operation.");
    return operation.run() as unknown as OperationResult;
  };
  return makeServer<Record<string, unknown>, Extra>({
    onConnect: async ({ extra: { socket, request }, connectionParams }) => {
      try {
        await parts.admission.identify(request, connectionParams);
        return true;
      } catch (error) {
        closeRefused(socket, error);
        return false;
      }
    },
    onSubscribe: ({ subscriptions, extra: { request, sender, messages }, connectionParams }) =>
      messages.settle(async ({ id, payload }) => {
        const requestId = createRequestId();
        const record = new LiveRecord({ options, metrics: parts.metrics, requestId, transport: "websocket" });
        const recognise = () => parts.admission.identify(request, connectionParams);
        const operations = Object.keys(subscriptions).length;
        const prepared = await prepare(parts, { operations, recognise, payload, requestId });
        if (!Array.isArray(prepared)) {
          const asker = { ...toAsker(parts, request, { caller: prepared.caller, recognise }), room: sender.room };
          record.begin(prepared);
          const contextValue = {};
          const start = (receiver: Receiver) => runLive(options, prepared, asker, receiver);
          const run = () => sendEach(start, { id, record, sender, messages });
          started.set(contextValue, { record, run });
          return {
            schema: options.schema,
            document: prepared.document,
            operationName: prepared.operationName,
            contextValue,
          };
        }
        await turnOn(request.socket);
        record.end(
          400,
          prepared.map((error) => String(toErrorResponse(error).formatted.extensions?.code)),
        );
        return prepared;
      }),
    execute: run,
    subscribe: run,
    onError: (_context, _id, _payload, errors) => errors.map((error) => toErrorResponse(error).formatted),
  });
}

interface Sending {
  readonly id: string;
  readonly record: LiveRecord;
  readonly sender: Sender;
  readonly messages: Messages;
}

// The protocol's library would write each result anew for each client.
function sendEach(
  run: (receiver: Receiver) => Promise<void>,
  { id, record, sender, messages }: Sending,
): AsyncIterableIterator<never> {
  const start = `{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`;
  const stop = new Stop();
  let running: Promise<void> = Promise.resolve();
  const leave = async () => {
    stop.now();
    void messages.leave(running);
    record.end(200);
    return { done: true, value: undefined } as const;
  };
  const send = ({ answer: { bytes, codes } }: Told): null => {
    record.add(codes);
    sender.sendAround(start, bytes, "}");
    // Room is waited for before the next answer, and not by one that was stopped.
    return null;
  };
  return {
    next() {
      running = run({ stop, send });
      return running.then(leave);
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function serve(
  options: LiveOptions,
  protocol: ReturnType<typeof createProtocol>,
  extra: Extra,
  arrive: (text: string) => Promise<void> | null,
): void {
  const { socket, request, sender, messages, next } = extra;
  const over = new AbortController();
  // The socket closes itself after an error such as a message that is too large.
  socket.on("error", () => {});
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: async (text) => {
        const told = messages.toClient(text);
        if (told !== null) await sender.send(told);
      },
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        handleInOrder(socket, arrive, (message) => {
          const text = withoutMark(message);
          const refusal = refusalAbove("bodyBytes", Buffer.byteLength(text));
          if (refusal !== null) {
            refuseMessage(extra, text, refusal);
            return;
          }
          const given = messages.toLibrary(text);
          if (given === null) return;
          handle(given).catch((error: unknown) => {
            if (isServersOwn(text)) return socket.close(CloseCode.BadRequest, "Invalid message received");
            options.logger.error({ err: error }, "a WebSocket message failed");
            socket.close(INTERNAL_ERROR, "Internal error");
          });
        });
      },
    },
    extra,
  );
  socket.once("close", (code, reason) => {
    over.abort(null);
    // Thousands may be closed in one round of the event loop, and each ends its operations.
    wakeInSlices(() => void closed(code, String(reason)));
  });
  void watchLife(options.clock, socket, next, request.socket, over.signal);
}
