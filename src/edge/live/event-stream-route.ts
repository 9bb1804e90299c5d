import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

import { codesOf, RefusalError, toErrorResponse } from "../errors/index.ts";
import {
  checkPreflight,
  corsHeaders,
  onClientGone,
  type ReplyHeaders,
  type Route,
  readGraphqlRequest,
  requestIdOf,
  send,
  toErrorAnswer,
  turnOn,
} from "../http/index.ts";
import type { Asker } from "./answer.ts";
import type { LiveOptions, LiveParts } from "./live-parts.ts";
import { LiveRecord } from "./record.ts";
import { type Receiver, runLive, type Told } from "./run.ts";
import { Stop } from "./stop.ts";

/** What a stream can end by besides itself. */
interface StreamEnds {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly draining: AbortSignal;
  /** Called after each event. */
  readonly wrote: () => void;
}

const PING_MS = 12_000;
// As web servers log it; nobody gets it.
const CLIENT_GONE = 499;
const COMPLETE = "event: complete\ndata:\n\n";
const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
};

/**
 * Server-sent events after the protocol of graphql-sse, distinct connections mode: one POST an operation, `next` events with
 * results, `complete` at the end. A stream that ends without `complete` was cut off and can be asked for again.
 */
export function createEventStreamRoute(options: LiveOptions, parts: LiveParts): Route {
  return async (request, response) => {
    const requestId = requestIdOf(request);
    const cors = corsHeaders(request, options.corsOrigins);
    const record = new LiveRecord({ options, metrics: parts.metrics, requestId, transport: "sse" });
    let limits: ReplyHeaders = {};
    try {
      const caller = await parts.admission.identify(request);
      limits = parts.admission.countOperation(caller);
      checkAccept(request);
      const client = parts.clients.of(request.socket, caller);
      const prepared = await readOperation(request, response, parts, { caller, client, requestId });
      if (prepared === null) return record.end(CLIENT_GONE);
      response.writeHead(200, { ...HEADERS, ...cors, ...limits, "x-request-id": requestId });
      if ("document" in prepared) {
        record.begin(prepared);
        const { socket } = request;
        const asker: Asker = {
          client,
          access: parts.access,
          readers: parts.readers,
          caller,
          recognise: () => parts.admission.identify(request),
          address: socket,
          transport: "event-stream",
          ...lastEventIdOf(request),
        };
        const ends = { request, response, draining: parts.draining, wrote: () => parts.readers.wrote(socket) };
        await stream(options, ends, (receiver) => runLive(options, prepared, asker, receiver), record);
      } else {
        const errors = prepared.map((error) => toErrorResponse(error).formatted);
        record.add(codesOf({ errors }));
        await turnOn(request.socket);
        response.end(`event: next\ndata: ${JSON.stringify({ errors })}\n\n${COMPLETE}`);
      }
      record.end(200);
    } catch (error) {
      const { status, headers, body, codes } = toErrorAnswer(error, "application/json");
      await send(response, status, { ...cors, ...limits, ...headers, "x-request-id": requestId }, body);
      request.resume();
      record.end(status, codes);
    }
  };
}

/**
 * What the body asks for; null if the client has gone. A function of its own, so that the body is not in memory as long as the
 * stream is open.
 */
async function readOperation(
  request: IncomingMessage,
  response: ServerResponse,
  { gate, admission }: LiveParts,
  { caller, client, requestId }: Pick<Asker, "caller" | "client"> & { readonly requestId: string },
) {
  let letGo = () => {};
  try {
    const asked = await readGraphqlRequest(request, client, async (bytes, isLong) => {
      letGo = await client.hand(bytes);
      await client.arrive(isLong);
    });
    if (gate.isHeavy(asked)) await client.arrive(true);
    if (response.destroyed) return null;
    const read = gate.admit(asked, requestId);
    checkPreflight(request);
    admission.checkRows(caller, read.size.rows);
    return gate.prepare(read, requestId);
  } finally {
    letGo();
  }
}

async function stream(
  options: LiveOptions,
  { request, response, draining, wrote }: StreamEnds,
  run: (receiver: Receiver) => Promise<void>,
  record: LiveRecord,
): Promise<void> {
  const over = new AbortController();
  const stop = new Stop();
  const end = () => {
    over.abort(null);
    stop.now();
  };
  const stay = onClientGone(request, response, end);
  draining.addEventListener("abort", end, { once: true });
  if (draining.aborted) end();
  void ping(options, response, over.signal);
  const write = ({ answer: { bytes, codes, isTold }, event }: Told): boolean => {
    record.add(codes);
    // Who did not get what an event tells gets it after coming back.
    const id = isTold ? (options.eventIdOf?.(event) ?? null) : null;
    response.cork();
    response.write(`event: next\n${id === null ? "" : `id: ${id}\n`}data: `);
    // The same bytes for all who get them.
    response.write(bytes);
    const isRead = response.write("\n\n");
    response.uncork();
    return isRead;
  };
  try {
    response.flushHeaders();
    const send = async (told: Told) => {
      const isRead = write(told);
      wrote();
      // A wait that the end of the stream cuts short is none that failed.
      if (!isRead) await once(response, "drain", over).catch(() => {});
    };
    await stop.or(run({ stop, send }));
    response.end(draining.aborted ? "" : COMPLETE);
  } finally {
    over.abort(null);
    stay();
    draining.removeEventListener("abort", end);
  }
}

// Proxies close streams on which nothing moves.
async function ping({ clock }: LiveOptions, response: ServerResponse, over: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(PING_MS, over);
    if (over.aborted || response.destroyed) return;
    response.write(":\n\n");
  }
}

// Empty after an event stream that reset it.
function lastEventIdOf({ headers }: IncomingMessage): Pick<Asker, "lastEventId"> {
  const id = headers["last-event-id"];
  return typeof id !== "string" || id === "" ? {} : { lastEventId: id };
}

function checkAccept({ headers: { accept = "*/*" } }: IncomingMessage): void {
  if (/text\/event-stream|text\/\*|\*\/\*/.test(accept)) return;
  throw new RefusalError(406, "NOT_ACCEPTABLE", "Accept text/event-stream.");
}
