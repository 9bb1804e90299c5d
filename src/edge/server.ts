import type { IncomingMessage, ServerResponse } from "node:http";

import { corsHeaders } from "./cors.ts";
import { createEngine } from "./engine.ts";
import { createEventStreamRoute } from "./event-stream-route.ts";
import { createCompilingExecutor, createReferenceExecutor } from "./executor.ts";
import { createExplorers } from "./explorers.ts";
import { createFreshness } from "./freshness.ts";
import { createGate } from "./gate.ts";
import { createGraphqlRoute, type Route } from "./graphql-route.ts";
import { createListener, type Listener } from "./listener.ts";
import { createOperationMetrics } from "./operation-metrics.ts";
import type { ServerOptions } from "./options.ts";
import { send, sendText } from "./reply.ts";
import { createWebSockets } from "./websocket.ts";

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

/** A server for these options; it listens once started. */
export function createServer(options: ServerOptions): GatewayServer {
  const { schema, introspection, logger, clock } = options;
  const executor = (options.executor === "reference" ? createReferenceExecutor : createCompilingExecutor)(schema);
  const engine = createEngine({ schema, executor, introspection, logger });
  const metrics = createOperationMetrics(options.registry);
  const listener: Listener = createListener((request, response) => {
    route(request, response).catch((error: unknown) => {
      logger.error({ err: error }, "a route failed");
      sendText(response, 500, "Internal error");
    });
  }, clock);
  const gate = createGate(options);
  const freshness = createFreshness(clock);
  listener.server.on("connection", freshness.noteConnection);
  const draining = new AbortController();
  const graphql = createGraphqlRoute(options, { engine, metrics, gate, freshness });
  const events = createEventStreamRoute(options, { metrics, gate, freshness, draining: draining.signal });
  const route = createRoutes(options, { graphql, events }, listener);
  const webSockets = createWebSockets(options, { metrics, gate, freshness });
  listener.server.on("upgrade", (request, socket, head) => {
    // The peer may break off before it is answered, and an error that nobody hears ends the process.
    socket.once("error", () => socket.destroy());
    if (pathOf(request) === "/graphql" && !listener.isDraining) webSockets.upgrade(request, socket, head);
    else socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    draining.abort();
    webSockets.close();
    await listener.drain();
    await engine.stop();
    logger.info("stopped");
  };
  return {
    async start() {
      await engine.start();
      const url = urlOf(await listener.listen(options.port, options.host), options.host);
      logger.info({ url }, "ready");
      return { url };
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function createRoutes(
  options: ServerOptions,
  { graphql, events }: { readonly graphql: Route; readonly events: Route },
  listener: Listener,
): Route {
  const explorers = createExplorers(options);
  const pages = createPages(options, listener);
  return async (request, response) => {
    const path = pathOf(request);
    const isGraphql = path === "/graphql" || path === "/graphql/stream";
    if (isGraphql && request.method === "OPTIONS") answerPreflight(request, response, options);
    else if (await explorers(path, request, response)) return;
    else if (path === "/graphql") await graphql(request, response);
    else if (path === "/graphql/stream") await events(request, response);
    else await sendPlain(pages[path], request, response);
  };
}

function createPages(
  { isReady, readyRemark, registry }: ServerOptions,
  listener: Listener,
): Readonly<Record<string, Route>> {
  return {
    "/livez": async (_request, response) => sendText(response, 200, "ok"),
    "/readyz": async (_request, response) => {
      if (listener.isDraining) sendText(response, 503, "draining");
      else if (await isReady().catch(() => false))
        sendText(response, 200, ["ok", readyRemark?.()].filter(Boolean).join("\n"));
      else sendText(response, 503, "not ready");
    },
    "/metrics": async (_request, response) => {
      send(response, 200, { "content-type": registry.contentType }, await registry.metrics());
    },
  };
}

async function sendPlain(page: Route | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (page === undefined) sendText(response, 404, "Not found. GraphQL is at /graphql.");
  else if (request.method === "GET" || request.method === "HEAD") await page(request, response);
  else sendText(response, 405, "Use GET.", { allow: "GET, HEAD" });
}

function answerPreflight(request: IncomingMessage, response: ServerResponse, options: ServerOptions): void {
  send(response, 204, { allow: "GET, POST, OPTIONS", ...corsHeaders(request, options.corsOrigins) }, "");
}

function urlOf(port: number, host: string): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/graphql`;
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.indexOf("?");
  const path = end < 0 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
