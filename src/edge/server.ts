import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

import { createOpenAccess } from "#access";
import { type Admission, CLIENT_LIMITS, type Clients, createAdmission, createClients } from "./admission/index.ts";
import { createGate } from "./documents/index.ts";
import { RefusalError } from "./errors/index.ts";
import {
  createAnswerCache,
  createCompilingExecutor,
  createEngine,
  createReferenceExecutor,
} from "./execution/index.ts";
import { createExplorers } from "./explorers/index.ts";
import { createExportRoute } from "./export-route.ts";
import { createGraphqlRoute } from "./graphql-route.ts";
import {
  asksForWebSocket,
  corsHeaders,
  createListener,
  createReaders,
  type Listener,
  limitSockets,
  type Readers,
  type Route,
  refuseForeignHost,
  send,
  sendText,
  toErrorAnswer,
  turnAway,
} from "./http/index.ts";
import { createEventStreamRoute, createWebSockets, type WebSockets } from "./live/index.ts";
import { createMachinePages, isForMachines, notFound, type PlainPages } from "./machine-pages.ts";
import { createMcpRoute } from "./mcp/index.ts";
import type { ServerOptions } from "./options.ts";
import { createPage } from "./page.ts";
import { createSignInRoute } from "./sign-in-route.ts";
import { createOperationMetrics, metricsOf } from "./telemetry/index.ts";

/** The gateway as it listens. */
export interface GatewayServer {
  /** Listens and tells where, in the log too: the line with `"msg":"ready"`. Rejects where the address cannot be had. */
  start(): Promise<{ readonly url: string }>;
  /**
   * Drains: says at /readyz that it takes no traffic, waits `drainMs`, asks clients to let go of their connections, accepts none,
   * lets what is in flight end (at most 10 s), and closes the rest.
   */
  stop(): Promise<void>;
}

/** A server for these options; it listens once started. `clients` are those that the options make, unless they are given. */
export function createServer(options: ServerOptions, clients = createOwnClients(options)): GatewayServer {
  const { logger, clock } = options;
  const readers = createReaders(clock);
  const draining = new AbortController();
  // Every open event stream listens.
  setMaxListeners(0, draining.signal);
  let isStopping = false;
  const machines = createMachinePages(options, () => isStopping);
  const { engine, route, webSockets } = createTransports(options, { readers, machines, draining, clients });
  const listening = { clock, readers, noticeMs: options.noticeMs, turnsOf: clients.of };
  const listener = createListener(withErrors(options, route), listening);
  const admin =
    options.adminPort === undefined ? null : createListener(withErrors(options, atPath(machines)), listening);
  limitSockets(listener.server, options.clientLimits ?? CLIENT_LIMITS);
  upgradeTo(webSockets, listener, options);
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    isStopping = true;
    if (options.drainMs !== undefined && options.drainMs > 0) await clock.sleep(options.drainMs);
    draining.abort();
    webSockets.close();
    await listener.drain();
    await admin?.drain();
    readers.close();
    await engine.stop();
    logger.info("stopped");
  };
  return {
    async start() {
      await engine.start();
      const url = urlOf(await listener.listen(options.port, options.host), options.host);
      const adminPort = await admin?.listen(options.adminPort ?? 0, options.host);
      logger.info({ url, ...(adminPort === undefined ? {} : { adminPort }) }, "ready");
      return { url };
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

interface Shared {
  readonly readers: Readers;
  readonly machines: PlainPages;
  readonly draining: AbortController;
  readonly clients: Clients;
}

function createOwnClients({ clock, clientLimits, access }: ServerOptions): Clients {
  return createClients(clock, clientLimits ?? CLIENT_LIMITS, access?.limits);
}

function createTransports(options: ServerOptions, { readers, machines, draining, clients }: Shared) {
  const { schema, introspection, logger, clock, registry } = options;
  const execute = (options.executor === "reference" ? createReferenceExecutor : createCompilingExecutor)(
    schema,
    introspection,
  );
  const gate = createGate(options);
  const engine = createEngine({ schema, execute, introspection, documents: gate.store, logger });
  const access = options.access ?? createOpenAccess(clock);
  const parts = {
    engine,
    metrics: createOperationMetrics(registry),
    gate,
    readers,
    answers: options.revision === undefined ? undefined : createAnswerCache(options.revision, clock),
    clients,
    draining: draining.signal,
    access,
    admission: createAdmission({ ...access, logger }),
  };
  const live = { ...options, execute };
  const graphql = createGraphqlRoute(options, parts);
  const events = createEventStreamRoute(live, parts);
  const exports = createExportRoute(options, parts);
  const signIn = createSignInRoute(options, access);
  const page = createPage(options.page, access.signIn);
  const mcp = options.tools === undefined ? null : createMcpRoute(live, options.tools, parts);
  const pages = guardMetrics(machines, parts);
  const route = createRoutes(options, { graphql, events, exports, signIn, page, mcp }, pages);
  return { engine, route, webSockets: createWebSockets(live, parts) };
}

/** Metrics name sources, so that with an access file known callers alone get them here, each of its own; an ADMIN_PORT is open to who reaches it. */
function guardMetrics(
  machines: PlainPages,
  { admission, clients }: { readonly admission: Pick<Admission, "identify">; readonly clients: Pick<Clients, "of"> },
): PlainPages {
  return async (path, request, response) => {
    if (path !== "/metrics") return machines(path, request, response);
    const caller = await admission.identify(request).catch(orRefusal);
    if (caller instanceof RefusalError) return refuse(response, caller);
    // To write them takes as long as a large answer.
    await clients.of(request.socket).arrive(true);
    return machines(path, request, response, metricsOf(caller.view));
  };
}

async function refuse(response: ServerResponse, refusal: RefusalError): Promise<void> {
  const { status, headers, body } = toErrorAnswer(refusal, "application/json");
  await send(response, status, headers, body);
}

function orRefusal(error: unknown): RefusalError {
  if (error instanceof RefusalError) return error;
  throw error;
}

function withErrors(
  { logger }: ServerOptions,
  route: Route,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    route(request, response).catch((error: unknown) => {
      logger.error({ err: error }, "a route failed");
      return sendText(response, 500, "Internal error");
    });
  };
}

function atPath(pages: PlainPages): Route {
  return (request, response) => pages(pathOf(request), request, response);
}

function upgradeTo(webSockets: WebSockets, listener: Listener, options: ServerOptions): void {
  listener.server.on("upgrade", (request, socket, head) => {
    if (!asksForWebSocket(request)) return;
    const isHere = pathOf(request) === "/graphql" && !listener.isDraining;
    const refusal = refuseForeignHost(request, options.allowedHosts ?? []) ?? (isHere ? null : notHere());
    if (refusal !== null) void turnAway(socket, refusal);
    else webSockets.upgrade(request, socket, head);
  });
}

function notHere(): RefusalError {
  return new RefusalError(404, "BAD_REQUEST", "Not found. WebSockets are at /graphql.");
}

interface Routes {
  readonly graphql: Route;
  readonly events: Route;
  readonly exports: Route;
  readonly signIn: Route;
  readonly page: ReturnType<typeof createPage>;
  /** Null if it is off. */
  readonly mcp: Route | null;
}

function createRoutes(options: ServerOptions, routes: Routes, machines: PlainPages): Route {
  const { graphql, events, exports, signIn, page, mcp } = routes;
  const explorers = createExplorers(options);
  const others = options.adminPort === undefined ? machines : notFound;
  return async (request, response) => {
    const path = pathOf(request);
    if (isForMachines(path)) return others(path, request, response);
    const refusal = refuseForeignHost(request, options.allowedHosts ?? []);
    if (refusal !== null) return refuse(response, refusal);
    const isOurs = path === "/graphql" || path === "/graphql/stream" || path === "/export" || (path === "/mcp" && mcp);
    if (isOurs && request.method === "OPTIONS") await answerPreflight(request, response, options);
    else if ((await page(path, request, response)) || (await explorers(path, request, response))) return;
    else if (path === "/graphql") await graphql(request, response);
    else if (path === "/graphql/stream") await events(request, response);
    else if (path === "/export") await exports(request, response);
    else if (path === "/sign-in") await signIn(request, response);
    else if (path === "/mcp" && mcp !== null) await mcp(request, response);
    else await notFound(path, request, response);
  };
}

async function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  await send(response, 204, { allow: "GET, POST, OPTIONS", ...corsHeaders(request, options.corsOrigins) }, "");
}

function urlOf(port: number, host: string): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}/graphql`;
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.indexOf("?");
  const path = end < 0 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
