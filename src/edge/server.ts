import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { corsHeaders } from "./cors.ts";
import { createEngine } from "./engine.ts";
import { createCompilingExecutor, createReferenceExecutor } from "./executor.ts";
import { createExplorers } from "./explorers.ts";
import { createGraphqlRoute, type Route } from "./graphql-route.ts";
import { createOperationMetrics } from "./operation-metrics.ts";
import type { ServerOptions } from "./options.ts";
import { send, sendText } from "./reply.ts";

/** The gateway as it listens. */
export interface GatewayServer {
  /** Listens and tells where, in the log too: the line with `"msg":"ready"`. Rejects where the address cannot be had. */
  start(): Promise<{ readonly url: string }>;
  /**
   * Drains: says at /readyz that it takes no traffic, asks clients to let go of their connections, accepts none, lets what is
   * in flight end (at most 10 s), and closes the rest.
   */
  stop(): Promise<void>;
}

const DRAIN_NOTICE_MS = 200;
const DRAIN_MOST_MS = 10_000;

/** A server for these options; it listens once started. */
export function createServer(options: ServerOptions): GatewayServer {
  const { schema, introspection, logger } = options;
  const executor = (options.executor === "reference" ? createReferenceExecutor : createCompilingExecutor)(schema);
  const engine = createEngine({ schema, executor, introspection, logger });
  const state = { isDraining: false };
  const route = createRoutes(
    options,
    createGraphqlRoute(options, { engine, metrics: createOperationMetrics(options.registry) }),
    state,
  );
  const server = createHttpServer({ requestTimeout: 30_000, keepAliveTimeout: 65_000 }, (request, response) => {
    if (state.isDraining) response.setHeader("connection", "close");
    route(request, response).catch((error: unknown) => {
      logger.error({ err: error }, "a route failed");
      sendText(response, 500, "Internal error");
    });
  });
  return {
    async start() {
      await engine.start();
      await listen(server, options.port, options.host);
      const url = urlOf(server.address() as AddressInfo, options.host);
      logger.info({ url }, "ready");
      return { url };
    },
    async stop() {
      if (state.isDraining) return;
      state.isDraining = true;
      await drain(server, options);
      await engine.stop();
      logger.info("stopped");
    },
  };
}

function createRoutes(options: ServerOptions, graphql: Route, state: { readonly isDraining: boolean }): Route {
  const explorers = createExplorers(options);
  const pages: Readonly<Record<string, Route>> = {
    "/livez": async (_request, response) => sendText(response, 200, "ok"),
    "/readyz": async (_request, response) => {
      const isReady = !state.isDraining && (await options.isReady().catch(() => false));
      sendText(response, isReady ? 200 : 503, isReady ? "ok" : state.isDraining ? "draining" : "not ready");
    },
    "/metrics": async (_request, response) => {
      send(response, 200, { "content-type": options.registry.contentType }, await options.registry.metrics());
    },
  };
  return async (request, response) => {
    const path = pathOf(request);
    if (path === "/graphql" && request.method === "OPTIONS") return answerPreflight(request, response, options);
    if (await explorers(path, request, response)) return;
    if (path === "/graphql") return graphql(request, response);
    const page = pages[path];
    if (page === undefined) return sendText(response, 404, "Not found. GraphQL is at /graphql.");
    if (request.method !== "GET" && request.method !== "HEAD")
      return sendText(response, 405, "Use GET.", { allow: "GET, HEAD" });
    return page(request, response);
  };
}

function answerPreflight(request: IncomingMessage, response: ServerResponse, options: ServerOptions): void {
  send(response, 204, { allow: "GET, POST, OPTIONS", ...corsHeaders(request, options.corsOrigins) }, "");
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

// Requests that are on their way over an idle connection would be lost if it were closed at once: for a moment they are still
// answered, with the request to close.
async function drain(server: Server, { clock }: ServerOptions): Promise<void> {
  await clock.sleep(DRAIN_NOTICE_MS);
  const done = new AbortController();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const tooLong = clock.sleep(DRAIN_MOST_MS, done.signal);
  await Promise.race([closed, tooLong]);
  done.abort();
  server.closeAllConnections();
  await closed;
}

function urlOf({ port }: AddressInfo, host: string): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/graphql`;
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.indexOf("?");
  const path = end < 0 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
