import { buildSchema, type GraphQLSchema } from "graphql";
import { Registry } from "prom-client";

import type { Operation } from "#domain";
import { createLogger, createServer, createTelemetry, type GatewayServer, type ServerOptions } from "#edge";
import type { Client, Clients } from "../../src/edge/admission/index.ts";
import { createCompilingExecutor } from "../../src/edge/execution/index.ts";
import type { LiveOptions } from "../../src/edge/live/live-parts.ts";
import { systemClock } from "../../src/system-clock.ts";

/** A gateway on loopback over a schema of this test, with what it logged. */
export interface TestGateway extends GatewayServer {
  readonly url: string;
  /** Lines of the log so far, parsed. */
  readonly log: readonly Record<string, unknown>[];
  /** Everything the log holds, as text. */
  readonly logText: () => string;
  readonly telemetry: ServerOptions["telemetry"];
  /** Sends a document and gives status and parsed body. */
  ask(
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }>;
}

/** Resolvers of a stub schema, by type and field. */
export type Resolvers = Readonly<
  Record<string, Readonly<Record<string, (args: Record<string, unknown>, operation: Operation) => unknown>>>
>;

/** A schema from its text, with resolvers where a field needs one. */
export function stubSchema(text: string, resolvers: Resolvers = {}): GraphQLSchema {
  const schema = buildSchema(text);
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (type === undefined || !("getFields" in type)) throw new Error(`no type ${typeName}`);
    for (const [name, resolve] of Object.entries(fields)) {
      Object.assign(type.getFields()[name] ?? {}, {
        resolve: (_source: unknown, args: Record<string, unknown>, context: { operation: Operation }) =>
          resolve(args, context.operation),
      });
    }
  }
  return schema;
}

/** Everything a server is made of, for a test of one of its parts; what it logs goes to `write`. */
export function createOptions(options: Partial<ServerOptions> = {}, write: (line: string) => void = () => {}) {
  const logger = createLogger("debug", { write });
  const registry = new Registry();
  const clock = options.clock ?? systemClock;
  const schema = options.schema ?? stubSchema("type Query { hello: String }", { Query: { hello: () => "hello" } });
  return {
    schema,
    execute: createCompilingExecutor(schema),
    createContext: (operation) => ({ operation }),
    host: "127.0.0.1",
    port: 0,
    noticeMs: 0,
    introspection: true,
    explorer: "sandbox",
    examples: [{ document: "query Example { hello }", variables: { first: 1 } }],
    corsOrigins: [],
    operationDeadlineMs: 10_000,
    operationCallBudget: 200,
    isReady: async () => true,
    telemetry: createTelemetry({ logger, registry, clock }),
    logger,
    registry,
    clock,
    ...options,
  } satisfies ServerOptions & LiveOptions;
}

/** A client that may do everything at once. */
export const freeClient: Client = {
  name: "free",
  spendCall: () => {},
  spendForeignId: () => {},
  watch: () => () => {},
  hold: () => () => {},
  receive: () => {},
  received: () => {},
  hand: async () => () => {},
  turn: async () => {},
  pass: async () => {},
  next: async () => {},
  arrive: () => null,
  enter: () => null,
};

/** Starts a gateway, if need be with clients of the test; stop it at the end of the test. */
export async function startGateway(options: Partial<ServerOptions> = {}, clients?: Clients): Promise<TestGateway> {
  const lines: string[] = [];
  const all = createOptions(options, (line) => lines.push(line));
  const server = createServer(all, clients);
  const { url } = await server.start();
  return {
    ...server,
    url,
    telemetry: all.telemetry,
    get log() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    logText: () => lines.join(""),
    async ask(body, headers = {}) {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json(), headers: response.headers };
    },
  };
}
