import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { GraphQLError } from "graphql";

import { corsHeaders } from "./cors.ts";
import { type Engine, type EngineHeaders, type Exchange, logInternal } from "./engine.ts";
import { createLimiter } from "./limits.ts";
import { ANSWER_TYPES, type AnswerType, chooseMediaType } from "./media-type.ts";
import { type RunningOperation, startOperation } from "./operation.ts";
import type { OperationMetrics } from "./operation-metrics.ts";
import type { ServerOptions } from "./options.ts";
import { RefusalError } from "./refusal.ts";
import { contentTypeOf, type ErrorAnswer, send, toErrorAnswer } from "./reply.ts";
import { type GraphqlRequest, readGraphqlRequest } from "./request.ts";

/** Answers one HTTP request; never rejects. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What the GraphQL route needs besides the server's options. */
export interface GraphqlRouteParts {
  readonly engine: Engine;
  readonly metrics: OperationMetrics;
}

interface Answer extends ErrorAnswer {
  release?(): void;
}

// A request that could be read is answered with 200 where the client accepts only application/json (GraphQL over HTTP, 6.4.1).
const READABLE = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "OPERATION_RESOLUTION_FAILURE",
  "INTROSPECTION_DISABLED",
]);

/** GraphQL over HTTP: reads, measures, executes within the deadline, answers, and writes one log line an operation. */
export function createGraphqlRoute(options: ServerOptions, { engine, metrics }: GraphqlRouteParts): Route {
  const limiter = createLimiter(options.schema);
  const rules = {
    clock: options.clock,
    deadlineMs: options.operationDeadlineMs,
    callBudget: options.operationCallBudget,
  };

  async function execute(request: IncomingMessage, type: AnswerType, exchange: Exchange): Promise<Answer> {
    const read = await readGraphqlRequest(request, exchange.operation.signal);
    if (read.query !== null) limiter.checkDocument(read.query);
    limiter.checkVariables(read.variables);
    const context = () => options.createContext(exchange.operation);
    const answer = await engine.answer(read as GraphqlRequest, engineHeaders(request), exchange, context);
    return {
      ...answer,
      status: type === "application/json" && isReadable(answer.status, exchange.errorCodes) ? 200 : answer.status,
      headers: { "content-type": contentTypeOf(type), "cache-control": "no-store", ...answer.headers },
      codes: exchange.errorCodes,
    };
  }

  async function answer(request: IncomingMessage, running: RunningOperation, exchange: Exchange): Promise<Answer> {
    const type = chooseMediaType(request.headers.accept, ANSWER_TYPES);
    try {
      if (type === null) throw notAcceptable();
      const late = running.late.then(() => toLateAnswer(type, options.operationDeadlineMs));
      return await Promise.race([execute(request, type, exchange), late]);
    } catch (error) {
      logInternal(options.logger, exchange.operation.requestId, error);
      return toErrorAnswer(error, type ?? ANSWER_TYPES[0]);
    }
  }

  return async (request, response) => {
    const startedAt = performance.now();
    const requestId = requestIdOf(request);
    const running = startOperation(requestId, rules);
    const exchange = createExchange(running);
    metrics.started();
    response.once("close", () => {
      if (!response.writableFinished) running.abandon();
    });
    const { status, headers, body, codes, release } = await answer(request, running, exchange);
    running.end();
    send(
      response,
      status,
      { ...corsHeaders(request, options.corsOrigins), ...headers, "x-request-id": requestId },
      body,
    );
    release?.();
    const durationMs = Math.round(performance.now() - startedAt);
    metrics.ended({ type: exchange.operationType ?? "none", status, durationMs, codes });
    logOperation(options, exchange, { status, durationMs, codes });
  };
}

function createExchange(running: RunningOperation): Exchange {
  return {
    operation: running.operation,
    cost: running.cost,
    operationName: null,
    operationType: null,
    errorCodes: [],
  };
}

function logOperation(
  { logger, telemetry }: ServerOptions,
  exchange: Exchange,
  told: { readonly status: number; readonly durationMs: number; readonly codes: readonly string[] },
): void {
  const { requestId } = exchange.operation;
  const { calls, cached, saved } = exchange.cost();
  const { status, durationMs, codes } = told;
  const { operationName, operationType } = exchange;
  const upstreamRequestIds = telemetry.takeUpstreamRequestIds(requestId);
  logger.info(
    { requestId, operationName, operationType, status, durationMs, calls, cached, saved, upstreamRequestIds, codes },
    "operation",
  );
}

function isReadable(status: number, codes: readonly string[]): boolean {
  return status === 400 && codes.length > 0 && codes.every((code) => READABLE.has(code));
}

function notAcceptable(): RefusalError {
  return new RefusalError(406, "NOT_ACCEPTABLE", `Accept ${ANSWER_TYPES.join(" or ")}.`);
}

function toLateAnswer(type: AnswerType, deadlineMs: number): Answer {
  const message = `The operation did not end within ${deadlineMs} ms.`;
  const late = new GraphQLError(message, { extensions: { code: "DEADLINE_EXCEEDED" } });
  return { ...toErrorAnswer(late, type), status: type === "application/json" ? 200 : 504 };
}

function engineHeaders({ headers }: IncomingMessage): EngineHeaders {
  const names = ["content-type", "x-apollo-operation-name", "apollo-require-preflight"] as const;
  const present = names.flatMap((name) => {
    const value = headers[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return Object.fromEntries(present) as EngineHeaders;
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
