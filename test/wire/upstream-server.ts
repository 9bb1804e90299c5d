import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the upstream was asked. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
}

/** An answer: an object goes as JSON, a text or bytes as they are. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string | Buffer;
}

/** Plays the upstream: an answer, or something done to the socket by hand. */
export type Play = (received: Received, count: number) => Reply | ((response: ServerResponse) => void);

/** An upstream on loopback that does as it is told and remembers what it was asked. */
export interface UpstreamServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** Most connections that were open at once. */
  readonly connections: () => number;
  /** Resolves once so many requests have come. */
  waitFor(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Answers each request as the function says; `count` is 1 for the first. */
export async function startUpstream(play: Play): Promise<UpstreamServer> {
  const received: Received[] = [];
  let waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://upstream");
    const one: Received = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
    };
    received.push(one);
    const reply = play(one, received.length);
    for (const waiter of waiters) if (received.length >= waiter.count) waiter.resolve();
    waiters = waiters.filter((waiter) => received.length < waiter.count);
    if (typeof reply === "function") reply(response);
    else send(response, reply);
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => connections,
    waitFor: (count) =>
      received.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.push({ count, resolve });
          }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = {} }: Reply): void {
  const isData = typeof body === "object" && !Buffer.isBuffer(body);
  response.writeHead(status, { "content-type": "application/json;charset=utf-8", ...headers });
  response.end(isData ? JSON.stringify(body) : body);
}

/** An error answer in the vendor's form. */
export function errorReply(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = { RequestId: "REQ-1", HostId: "ecs.aliyuncs.com", Code: code, Message: "the upstream's own words" };
  return { status, headers, body };
}
