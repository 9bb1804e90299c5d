import type { IncomingMessage } from "node:http";
import { type GraphQLError, OperationTypeNode } from "graphql";

import {
  type Admission,
  beginAsking,
  type Clients,
  createLateClient,
  type EdgeAccess,
  isLarge,
  type LateClient,
  type RunningOperation,
  startOperation,
  takeTurn,
} from "./admission/index.ts";
import type { Gate } from "./documents/index.ts";
import { codesOf, logInternal, RefusalError, toErrorResponse } from "./errors/index.ts";
import {
  type AnswerCache,
  type Engine,
  type EngineHeaders,
  type Exchange,
  engineHeadersOf,
  type KeptAnswer,
  type NotedLife,
  rulesOf,
  type TransportOptions,
} from "./execution/index.ts";
import {
  ANSWER_TYPES,
  type AnswerType,
  checkPreflight,
  chooseMediaType,
  contentTypeOf,
  corsHeaders,
  type ErrorAnswer,
  type GraphqlRequest,
  onClientGone,
  type Readers,
  type ReplyHeaders,
  type Route,
  readGraphqlRequest,
  requestIdOf,
  send,
  toErrorAnswer,
} from "./http/index.ts";
import type { OperationMetrics } from "./telemetry/index.ts";

/** What the GraphQL route needs besides the server's options. */
export interface GraphqlRouteParts {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly metrics: OperationMetrics;
  readonly clients: Clients;
  readonly access: EdgeAccess;
  readonly admission: Admission;
  readonly readers: Readers;
  /** Absent if answers differ by who asks. */
  readonly answers?: AnswerCache | undefined;
}

interface Answer extends ErrorAnswer {
  body: string;
  /** True for one that holds errors alone, whose status may not say so. */
  readonly isRefusal?: boolean;
}

// A request that could be read is answered with 200 where the client accepts only application/json (GraphQL over HTTP, 6.4.1).
const READABLE = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "OPERATION_RESOLUTION_FAILURE",
  "INTROSPECTION_DISABLED",
]);

// To send so much of a kept answer takes as long as a leaf value takes to be made.
const CHARACTERS_A_VALUE = 50;

// As web servers log it; nobody gets it.
const CLIENT_GONE = 499;

/** GraphQL over HTTP: reads, measures, executes within the deadline, answers, and writes one log line an operation. */
export function createGraphqlRoute(options: TransportOptions, parts: GraphqlRouteParts): Route {
  const execute = createExecution(options, parts);
  return async (request, response) => {
    const startedAt = performance.now();
    const requestId = requestIdOf(request);
    const client = createLateClient(parts.clients.of(request.socket));
    const life = parts.answers?.begin();
    const running = startOperation(requestId, rulesOf(options, client, life));
    const exchange = createExchange(running);
    const visit: Visit = { exchange, client, running, life, headers: {}, letGo: () => {}, isOver: false };
    parts.metrics.started();
    onClientGone(request, response, () => {
      if (!response.writableFinished) running.abandon();
    });
    const answer: Answer = await answerInTime(request, running, (type) => execute(request, type, visit)).catch(
      (error: unknown) => {
        if (!response.destroyed && !request.socket.destroyed) logInternal(options.logger, requestId, error);
        return toErrorAnswer(error, answerTypeOf(request) ?? ANSWER_TYPES[0]);
      },
    );
    running.end();
    const cors = corsHeaders(request, options.corsOrigins);
    const headers = { ...cors, ...visit.headers, ...answer.headers, "x-request-id": requestId };
    const isSent = await send(response, answer.status, headers, answer.body, answer.isRefusal);
    visit.isOver = true;
    visit.letGo();
    // Promises that waited for long hold the answer until the next full collection.
    answer.body = "";
    // What is left of a refused body is read away, or the next request on this connection would wait behind it.
    request.resume();
    const durationMs = Math.round(performance.now() - startedAt);
    const told = { status: isSent ? answer.status : CLIENT_GONE, durationMs, codes: answer.codes };
    parts.metrics.ended({ type: exchange.operationType ?? "none", ...told });
    logOperation(options, exchange, told);
  };
}

/** One request on its way. */
interface Visit {
  readonly exchange: Exchange;
  readonly client: LateClient;
  readonly running: RunningOperation;
  readonly life: NotedLife | undefined;
  /** What the caller's limits have to tell, whatever becomes of the request. */
  headers: ReplyHeaders;
  /** Makes room for another request of the client. */
  letGo: () => void;
  isOver: boolean;
}

function createExecution(options: TransportOptions, parts: GraphqlRouteParts) {
  const { engine, gate, access, admission, clients, readers, answers } = parts;
  return async (request: IncomingMessage, type: AnswerType, visit: Visit): Promise<Answer> => {
    const { exchange, client, running, life } = visit;
    const { requestId } = exchange.operation;
    const caller = await admission.identify(request);
    client.become(clients.of(request.socket, caller));
    visit.headers = admission.countOperation(caller);
    const asked = await readGraphqlRequest(request, client, async (bytes, isLong) => {
      const letGo = await client.hand(bytes);
      if (visit.isOver) letGo();
      else visit.letGo = letGo;
      await client.arrive(isLong);
    });
    if (gate.isHeavy(asked)) await client.arrive(true);
    running.operation.signal.throwIfAborted();
    const read = gate.admit(asked, requestId);
    admission.checkRows(caller, read.size.rows);
    const key = answers === undefined ? null : keyOf(type, read, engineHeadersOf(request));
    const kept = key === null ? undefined : answers?.find(key);
    const weight = kept === undefined ? read.size.weight : kept.body.length / CHARACTERS_A_VALUE;
    const room = () => (isLarge(weight) ? readers.room(request.socket) : null);
    await takeTurn(running, () => running.begin(weight), room);
    if (kept !== undefined) return toKeptAnswer(kept, exchange);
    const faults = gate.faultsOf(read);
    if (faults.length > 0) {
      checkPreflight(request);
      return toFaultAnswer(faults, type);
    }
    const asking = beginAsking(access, caller, {
      transport: "http",
      requestId,
      address: request.socket,
      get operationName() {
        return exchange.operationName;
      },
      document: read.query ?? "",
    });
    const context = () => options.createContext(exchange.operation, asking);
    const answer = await engine
      .answer(read, engineHeadersOf(request), exchange, context)
      .finally(() => asking.audit.end());
    const headers = { "content-type": contentTypeOf(type), "cache-control": "no-store", ...answer.headers };
    if (key !== null && life !== undefined && isLasting(answer.status, exchange)) {
      answers?.keep(key, { headers, body: answer.body, operationName: exchange.operationName }, life);
    }
    const isFine = type === "application/json" && isReadable(answer.status, exchange.errorCodes);
    const status = isFine ? 200 : answer.status;
    return Object.assign(answer, { status, headers, codes: exchange.errorCodes, isRefusal: answer.status >= 400 });
  };
}

/** One text for all requests with the same answer; null for what is nested too deep to be written. */
function keyOf(type: AnswerType, { search, body }: GraphqlRequest, headers: EngineHeaders): string | null {
  try {
    return JSON.stringify([type, search, body, headers]);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function toKeptAnswer({ headers, body, operationName }: KeptAnswer, exchange: Exchange): Answer {
  exchange.operationName = operationName;
  exchange.operationType = OperationTypeNode.QUERY;
  return { status: 200, headers, body, codes: [] };
}

/** An answer of nothing but what is wrong with a document. */
function toFaultAnswer(faults: readonly GraphQLError[], type: AnswerType): Answer {
  const errors = faults.map((error) => toErrorResponse(error).formatted);
  const codes = codesOf({ errors });
  const isFine = type === "application/json" && isReadable(400, codes);
  const headers = { "content-type": contentTypeOf(type), "cache-control": "no-store" };
  return { status: isFine ? 200 : 400, headers, body: `${JSON.stringify({ errors })}\n`, codes, isRefusal: true };
}

/** True for an answer that nothing was asked for and nothing went wrong with. */
function isLasting(status: number, { operationType, errorCodes, cost }: Exchange): boolean {
  return status === 200 && operationType === OperationTypeNode.QUERY && errorCodes.length === 0 && cost().calls === 0;
}

async function answerInTime(
  request: IncomingMessage,
  running: RunningOperation,
  execute: (type: AnswerType) => Promise<Answer>,
): Promise<Answer> {
  const type = answerTypeOf(request);
  if (type === null) throw new RefusalError(406, "NOT_ACCEPTABLE", `Accept ${ANSWER_TYPES.join(" or ")}.`);
  let isAnswered = false;
  const late = running.late.then((): Answer | Promise<never> => {
    // The wait for the deadline ends with the operation too, and nobody listens any more then.
    if (isAnswered) return new Promise(() => {});
    if (!request.complete) throw new RefusalError(408, "REQUEST_TIMEOUT", "The body did not arrive in time.");
    return toErrorAnswer(running.operation.signal.reason, type);
  });
  try {
    return await Promise.race([execute(type), late]);
  } finally {
    isAnswered = true;
  }
}

function createExchange(running: RunningOperation): Exchange {
  return {
    operation: running.operation,
    cost: running.cost,
    extensions: running.extensions,
    write: running.write,
    operationName: null,
    operationType: null,
    errorCodes: [],
  };
}

function logOperation(
  { logger, telemetry }: TransportOptions,
  exchange: Exchange,
  told: { readonly status: number; readonly durationMs: number; readonly codes: readonly string[] },
): void {
  const { requestId } = exchange.operation;
  const { calls, cached } = exchange.cost();
  const { status, durationMs, codes } = told;
  const { operationName, operationType } = exchange;
  const work = telemetry.takeUpstreamWork(requestId);
  logger.info(
    { requestId, operationName, operationType, status, durationMs, calls, cached, ...work, codes },
    "operation",
  );
}

function isReadable(status: number, codes: readonly string[]): boolean {
  return status === 400 && codes.length > 0 && codes.every((code) => READABLE.has(code));
}

function answerTypeOf(request: IncomingMessage): AnswerType | null {
  return chooseMediaType(request.headers.accept, ANSWER_TYPES);
}
