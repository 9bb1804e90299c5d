import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

import { InputError, type Operation, UpstreamError } from "#domain";
import {
  type Admission,
  type Asking,
  beginAsking,
  type Client,
  type Clients,
  type EdgeAccess,
  startOperation,
  takeTurn,
} from "./admission/index.ts";
import { logInternal, RefusalError } from "./errors/index.ts";
import { rulesOf, type TransportOptions } from "./execution/index.ts";
import {
  breakOff,
  checkPreflight,
  corsHeaders,
  type ErrorAnswer,
  LONG_SEARCH,
  onClientGone,
  type Readers,
  type ReplyHeaders,
  type Route,
  requestIdOf,
  send,
  toErrorAnswer,
} from "./http/index.ts";

/** Does one part of an export as an operation of its own. */
export type ExportStep = <Result>(work: (operation: Operation) => Promise<Result>) => Promise<Result>;

/** Begins an export for the parameters of an address. @throws InputError for parameters that mean nothing */
export type OpenExport = (
  parameters: URLSearchParams,
  step: ExportStep,
  asking: Asking,
) => {
  readonly contentType: string;
  /** Read no faster than they are taken. */
  readonly pieces: AsyncGenerator<Uint8Array, void>;
  /** What may be missing, known once the first piece has come; words in ASCII. */
  readonly missing: readonly string[];
};

/** What the route is told. */
export interface ExportOptions extends Omit<TransportOptions, "schema" | "createContext"> {
  /** Begins what is written at /export; there is no such address if absent. */
  readonly openExport?: OpenExport;
}

/** What the route shares with all other transports. */
export interface ExportRouteParts {
  readonly clients: Clients;
  readonly readers: Readers;
  readonly access: EdgeAccess;
  readonly admission: Admission;
  /** Aborts when the server drains. */
  readonly draining: AbortSignal;
}

const ADDRESS_MAX = 16_384;
/** What is missing is named up to so much: intermediaries refuse longer headers. */
const NAMED_MAX = 40;

/**
 * GET /export: rows as they are read, no faster than they are taken. What goes wrong before the first row is an answer with
 * errors, or told in `x-incomplete` if only some sources are concerned; later the connection is broken off, so that half an export
 * never passes for a whole one.
 */
export function createExportRoute(options: ExportOptions, parts: ExportRouteParts): Route {
  return async (request, response) => {
    const requestId = requestIdOf(request);
    let headers: ReplyHeaders = { ...corsHeaders(request, options.corsOrigins), "x-request-id": requestId };
    let asking: Asking | null = null;
    const over = new AbortController();
    const stop = (): void => over.abort();
    const stay = onClientGone(request, response, stop);
    parts.draining.addEventListener("abort", stop, { once: true });
    try {
      const open = admit(request, options);
      const caller = await parts.admission.identify(request);
      headers = { ...headers, ...parts.admission.countOperation(caller) };
      parts.admission.checkRows(caller, STEP_ROWS);
      const client = parts.clients.of(request.socket, caller);
      const { url = "" } = request;
      await client.arrive(url.length > LONG_SEARCH);
      over.signal.throwIfAborted();
      const parameters = new URL(url, "http://gateway").searchParams;
      asking = beginAsking(parts.access, caller, {
        transport: "export",
        requestId,
        address: request.socket,
        operationName: null,
        document: parameters.toString(),
      });
      const step = createStep(options, {
        client,
        requestId,
        signal: over.signal,
        room: () => parts.readers.room(request.socket),
        // Rights may end, or become less, while an export goes on.
        recognise: async () => {
          const now = await parts.admission.identify(request);
          if (now.view.key !== caller.view.key)
            throw new RefusalError(403, "FORBIDDEN", "The rights have changed. Begin again.");
        },
      });
      const { contentType, pieces, missing } = open(parameters, step, asking);
      const begin = (): void => {
        response.writeHead(200, {
          "content-type": contentType,
          "cache-control": "no-store",
          "content-disposition": "attachment",
          "x-content-type-options": "nosniff",
          ...(missing.length > 0 && { "x-incomplete": nameMissing(missing) }),
          ...headers,
        });
      };
      const wrote = () => parts.readers.wrote(request.socket, response);
      await stream(response, pieces, { over, begin, wrote });
    } catch (error) {
      if (!over.signal.aborted) logInternal(options.logger, requestId, error);
      await refuse(response, error, headers);
    } finally {
      asking?.audit.end();
      stay();
      parts.draining.removeEventListener("abort", stop);
    }
  };
}

function nameMissing(missing: readonly string[]): string {
  const others = missing.length - NAMED_MAX;
  return [...missing.slice(0, NAMED_MAX), ...(others > 0 ? [`and ${others} more`] : [])].join(", ");
}

/** @throws RefusalError for what is no export */
function admit(request: IncomingMessage, { openExport }: ExportOptions): OpenExport {
  if (request.method !== "GET") {
    throw new RefusalError(405, "METHOD_NOT_ALLOWED", "Use GET.", {}, { allow: "GET, OPTIONS" });
  }
  checkPreflight(request);
  const { url = "" } = request;
  if (openExport === undefined) throw new RefusalError(404, "BAD_REQUEST", "There are no exports here.");
  if (url.length > ADDRESS_MAX) {
    throw new RefusalError(414, "LIMIT_EXCEEDED", `An address has at most ${ADDRESS_MAX} characters.`);
  }
  return openExport;
}

interface StepParts {
  readonly client: Client;
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** Resolves once its address has read enough for one more part; null if it has. */
  readonly room: () => Promise<void> | null;
  /** @throws RefusalError once the caller may not have what was begun for it */
  readonly recognise: () => Promise<void>;
}

function createStep(options: ExportOptions, { client, requestId, signal, room, recognise }: StepParts): ExportStep {
  return async (work) => {
    await recognise();
    signal.throwIfAborted();
    const running = startOperation(requestId, rulesOf(options, client));
    signal.addEventListener("abort", running.abandon, { once: true });
    const worked = async () => {
      await takeTurn(running, () => running.begin(STEP_WEIGHT), room);
      return work(running.operation);
    };
    const late = running.late.then(() => {
      throw running.operation.signal.reason;
    });
    try {
      return await Promise.race([worked(), late]);
    } finally {
      signal.removeEventListener("abort", running.abandon);
      running.end();
    }
  };
}

/** Rows of one part, for the limits of callers. */
const STEP_ROWS = 100;
/** As leaf values, which makes it large: a part works for some milliseconds, and a client may have many exports. */
const STEP_WEIGHT = 10_000;

interface Streaming {
  readonly over: AbortController;
  /** Writes the headers, once it is known what is missing. */
  readonly begin: () => void;
  readonly wrote: () => void;
}

async function stream(
  response: ServerResponse,
  pieces: AsyncGenerator<Uint8Array, void>,
  { over, begin, wrote }: Streaming,
): Promise<void> {
  // A function of its own: a piece must not be held while the next one waits for its turn.
  const writeNext = async (): Promise<"written" | "full" | "over"> => {
    const { done, value } = await pieces.next();
    over.signal.throwIfAborted();
    if (!response.headersSent) begin();
    if (done === true) return "over";
    const isTaken = response.write(value);
    wrote();
    return isTaken ? "written" : "full";
  };
  for (let state = await writeNext(); state !== "over"; state = await writeNext()) {
    if (state === "full") await once(response, "drain", { signal: over.signal });
  }
  response.end();
}

async function refuse(response: ServerResponse, error: unknown, headers: ReplyHeaders): Promise<void> {
  if (response.headersSent) {
    const { socket } = response;
    // Who has taken all rows so far keeps them, which a reset takes away. Who waits for its turn behind another answer leaves that one whole.
    if (socket === null || socket.writableLength === 0) response.destroy();
    else breakOff(socket);
    return;
  }
  const answer = toErrorAnswer(error, "application/json");
  await send(response, statusOf(error, answer), { ...headers, ...answer.headers }, answer.body);
}

const STATUS: Readonly<Record<string, number>> = {
  DEADLINE_EXCEEDED: 504,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  UPSTREAM_THROTTLED: 503,
  UPSTREAM_TIMEOUT: 504,
};

function statusOf(error: unknown, { codes: [code = ""], status }: ErrorAnswer): number {
  if (error instanceof InputError) return STATUS[code] ?? 400;
  return STATUS[code] ?? (error instanceof UpstreamError ? 502 : status);
}
