import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { buildSchema, graphql } from "graphql";

/** What a client sent. */
export interface GraphRequest {
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A server on loopback that answers from an object instead of from upstreams, by the committed schema. */
export interface GraphServer {
  readonly url: string;
  readonly requests: readonly GraphRequest[];
  close(): Promise<void>;
}

/** What answers the root fields: values, or functions of the arguments; objects of abstract types bear `__typename`. */
export type Root = Readonly<Record<string, unknown>>;

const schema = buildSchema(readFileSync(new URL("../../schema/schema.graphql", import.meta.url), "utf8"));

/** Starts a server that answers everything from `root`. */
export function startGraphServer(root: Root): Promise<GraphServer> {
  const requests: GraphRequest[] = [];
  return startServer(requests, async (request, response) => {
    const { query, variables, operationName } = JSON.parse(await readBody(request));
    requests.push({ operationName, variables, headers: request.headers });
    const result = await graphql({ schema, source: query, rootValue: root, variableValues: variables, operationName });
    send(response, 200, "application/json", JSON.stringify(result));
  });
}

/** Starts a server that answers every request with the same bytes. */
export function startPlainServer(status: number, contentType: string, body: string): Promise<GraphServer> {
  return startServer([], async (_request, response) => send(response, status, contentType, body));
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

async function startServer(requests: GraphRequest[], answer: Answer): Promise<GraphServer> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("The server listens on a port");
  return {
    url: `http://127.0.0.1:${address.port}/graphql`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType });
  response.end(body);
}
