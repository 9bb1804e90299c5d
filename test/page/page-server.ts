import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SignInIssuer } from "#access";
import { buildPage } from "../../scripts/build-page.mjs";
import { createPage } from "../../src/edge/page.ts";

/** The built page and the gateway's GraphQL at one origin. */
export interface PageServer {
  readonly url: string;
  /** Answers of the gateway are replaced by this status while it is set: a gateway that refuses or is down. */
  refuse(status: number | null): void;
  /** Headers of the newest question that reached the gateway. */
  readonly lastHeaders: () => IncomingMessage["headers"];
  stop(): Promise<void>;
}

let built: Promise<string> | null = null;

/** Where the page is, built from its sources once for all tests of a process. */
export function builtPage(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await buildPage(folder);
  return folder;
}

/** Serves the page as the gateway does, with its headers, and hands everything else on to a gateway. */
export async function startPageServer(gatewayUrl: string): Promise<PageServer> {
  let refusal: number | null = null;
  let lastHeaders: IncomingMessage["headers"] = {};
  const { issuers } = (await (await fetch(new URL("/sign-in", gatewayUrl))).json()) as { issuers: SignInIssuer[] };
  const page = createPage({ folder: await builtPage() }, () => issuers);
  const server = createServer(async (incoming, outgoing) => {
    const path = new URL(incoming.url ?? "/", "http://page").pathname;
    if (await page(path, incoming, outgoing)) return;
    if (path === "/sign-in") return handOn(gatewayUrl, incoming, outgoing);
    lastHeaders = incoming.headers;
    if (refusal === null) return handOn(gatewayUrl, incoming, outgoing);
    incoming.resume();
    if (refusal === 0) return void incoming.socket.destroy();
    outgoing.writeHead(refusal, { "content-type": "application/json" });
    outgoing.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    refuse(status) {
      refusal = status;
    },
    lastHeaders: () => lastHeaders,
    stop: () => stop(server),
  };
}

function handOn(gatewayUrl: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const target = new URL(incoming.url ?? "/", gatewayUrl);
  const headers = { ...incoming.headers, host: target.host };
  const upstream = request(target, { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  upstream.on("error", () => outgoing.destroy());
  outgoing.on("close", () => upstream.destroy());
  incoming.pipe(upstream);
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
