import type { IncomingMessage } from "node:http";
import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { type FormattedExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode } from "graphql";

import type { Operation } from "#domain";
import type { AnswerExtensions, Cost } from "../admission/index.ts";
import type { DocumentStore } from "../documents/index.ts";
import { codesOf, logInternal, toErrorResponse } from "../errors/index.ts";
import { fitAnswer, type GraphqlRequest, stringify, UNWRITABLE } from "../http/index.ts";
import type { Logger } from "../telemetry/index.ts";
import type { Executor } from "./executor.ts";
import type { OperationContext } from "./transport-options.ts";

/** What the engine tells of one operation while it answers it. */
export interface Exchange {
  readonly operation: Operation;
  cost(): Cost;
  extensions(): AnswerExtensions;
  /** The turn in which the answer is to be written; null if it needs none. */
  write(): Promise<void> | null;
  operationName: string | null;
  operationType: OperationTypeNode | null;
  errorCodes: readonly string[];
}

/** An answer that was executed or refused by the engine. */
export interface EngineAnswer {
  readonly status: number;
  /** Without a content type. */
  readonly headers: Readonly<Record<string, string>>;
  body: string;
}

/** Parses, validates and executes requests. */
export interface Engine {
  start(): Promise<void>;
  stop(): Promise<void>;
  answer(
    request: GraphqlRequest,
    headers: EngineHeaders,
    exchange: Exchange,
    context: ContextMaker,
  ): Promise<EngineAnswer>;
}

/** Makes what resolvers get. */
export type ContextMaker = () => OperationContext;

/** The headers that decide whether a request could have been sent by a foreign page. */
export type EngineHeaders = Readonly<
  Partial<Record<"content-type" | "x-apollo-operation-name" | "apollo-require-preflight", string>>
>;

/** Those of a request. */
export function engineHeadersOf({ headers }: IncomingMessage): EngineHeaders {
  const names = ["content-type", "x-apollo-operation-name", "apollo-require-preflight"] as const;
  const present = names.flatMap((name) => {
    const value = headers[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return Object.fromEntries(present) as EngineHeaders;
}

/** What an engine is made of. */
export interface EngineOptions {
  readonly schema: GraphQLSchema;
  readonly execute: Executor;
  readonly introspection: boolean;
  readonly documents: DocumentStore;
  readonly logger: Logger;
}

interface Track {
  readonly exchange: Exchange;
  /** Null for what was refused before the engine knew the operation. */
  text: string | null;
}

/** Apollo Server without what costs and is not needed: its landing page, cache hints and usage reports. */
export function createEngine(options: EngineOptions): Engine {
  const tracks = new WeakMap<Operation, Track>();
  const server = new ApolloServer<OperationContext>({
    gateway: gatewayOf(options.schema, options.execute),
    introspection: true,
    // The gate has found every document valid that comes here; what is not was refused from its memory.
    dangerouslyDisableValidation: true,
    // Suggestions would spell out what introspection does not tell.
    hideSchemaDetailsFromClientErrors: !options.introspection,
    documentStore: options.documents,
    // The gate has put texts in the places of hashes.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    nodeEnv: "production",
    logger: apolloLogger(options.logger),
    formatError: (_formatted, error) => toErrorResponse(error).formatted,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      trackingPlugin(tracks, options.logger),
    ],
  });
  return {
    start: () => server.start(),
    stop: () => server.stop(),
    async answer(request, headers, exchange, context) {
      const track: Track = { exchange, text: null };
      tracks.set(exchange.operation, track);
      const { method, search, body } = request;
      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, search, body, headers: new HeaderMap(Object.entries(headers)) },
        context: async () => context(),
      });
      answer.headers.delete("content-type");
      const refusal = answer.body.kind === "complete" ? answer.body.string : "";
      if (track.text === null) exchange.errorCodes = codesOf(JSON.parse(refusal));
      const text = track.text ?? refusal;
      track.text = null;
      return { status: answer.status ?? 200, headers: Object.fromEntries(answer.headers), body: text };
    },
  };
}

function gatewayOf(
  schema: GraphQLSchema,
  execute: Executor,
): ApolloServerOptionsWithGateway<OperationContext>["gateway"] {
  return {
    onSchemaLoadOrUpdate: (tell) => {
      tell({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => {};
    },
    load: async () => ({
      executor: ({ document, request, context }) =>
        execute({
          document,
          operationName: request.operationName,
          variables: request.variables,
          contextValue: context,
        }),
    }),
    stop: async () => {},
  };
}

function trackingPlugin(tracks: WeakMap<Operation, Track>, logger: Logger): ApolloServerPlugin<OperationContext> {
  return {
    async requestDidStart(requestContext) {
      const track = tracks.get(requestContext.contextValue.operation);
      if (track === undefined) return;
      return {
        async didResolveOperation({ operation, operationName }) {
          track.exchange.operationName = operationName;
          track.exchange.operationType = operation?.operation ?? null;
          if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw refuseSubscription();
        },
        async didEncounterErrors({ errors }) {
          for (const error of errors) logInternal(logger, track.exchange.operation.requestId, error);
        },
        async willSendResponse({ response }) {
          if (response.body.kind !== "single") return;
          const { exchange } = track;
          exchange.errorCodes = codesOf(response.body.singleResult);
          await exchange.write();
          track.text = writeAnswer(response.body.singleResult, exchange, logger);
          // The server keeps it until the next full collection, and would write it once more.
          response.body = { kind: "single", singleResult: {} };
        },
      };
    },
  };
}

function writeAnswer(
  { errors, data, extensions }: FormattedExecutionResult,
  exchange: Exchange,
  logger: Logger,
): string {
  const more = data === undefined ? extensions : { ...extensions, ...exchange.extensions() };
  const complete = stringify({ errors, data, extensions: more }, logger);
  const text = fitAnswer(complete);
  if (text !== complete) exchange.errorCodes = ["LIMIT_EXCEEDED"];
  if (complete === UNWRITABLE) exchange.errorCodes = ["INTERNAL_SERVER_ERROR"];
  return text;
}

function refuseSubscription(): GraphQLError {
  return new GraphQLError("Subscriptions are served over WebSocket (graphql-transport-ws) and server-sent events.", {
    extensions: { code: "BAD_REQUEST", http: { status: 400 } },
  });
}

function apolloLogger(logger: Logger) {
  const tell = (level: "debug" | "info" | "warn" | "error") => (message?: unknown) => logger[level](String(message));
  return { debug: tell("debug"), info: tell("debug"), warn: tell("warn"), error: tell("error") };
}
