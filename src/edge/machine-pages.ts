import type { IncomingMessage, ServerResponse } from "node:http";
import type { Registry } from "prom-client";

import { send, sendText } from "./http/index.ts";

/** What probes and scrapers learn. */
export interface MachineOptions {
  /** True if traffic can be taken: credentials can be had. A rejection counts as false. */
  isReady(): Promise<boolean>;
  /** What /readyz says beneath its answer; nothing for null. */
  readonly readyRemark?: () => string | null;
  readonly registry: Registry;
}

/** What of the metrics is told. */
type CutMetrics = (text: string) => string;

type PlainPage = (response: ServerResponse, cut: CutMetrics) => Promise<void>;

/** Answers a path that is not GraphQL's. All metrics are told unless something cuts them. */
export type PlainPages = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  cut?: CutMetrics,
) => Promise<void>;

const NAMES: ReadonlySet<string> = new Set(["/livez", "/readyz", "/metrics"]);

/** True for what probes and scrapers ask for, which name the server as they like. */
export function isForMachines(path: string): boolean {
  return NAMES.has(path);
}

/** `/livez`, `/readyz` and `/metrics`. `isStopping` is true once no more traffic should come. */
export function createMachinePages(
  { isReady, readyRemark, registry }: MachineOptions,
  isStopping: () => boolean,
): PlainPages {
  const pages: Readonly<Record<string, PlainPage>> = {
    "/livez": async (response) => sendText(response, 200, "ok"),
    "/readyz": async (response) => {
      if (isStopping()) await sendText(response, 503, "draining");
      else if (await isReady().catch(() => false))
        await sendText(response, 200, ["ok", readyRemark?.()].filter(Boolean).join("\n"));
      else await sendText(response, 503, "not ready");
    },
    "/metrics": async (response, cut) => {
      await send(response, 200, { "content-type": registry.contentType }, cut(await registry.metrics()));
    },
  };
  return async (path, request, response, cut = (text) => text) => {
    const page = pages[path];
    if (page === undefined) await sendText(response, 404, "Not found.");
    else if (request.method === "GET" || request.method === "HEAD") await page(response, cut);
    else await sendText(response, 405, "Use GET.", { allow: "GET, HEAD" });
  };
}

/** What is nowhere else. */
export const notFound: PlainPages = (_path, _request, response) =>
  sendText(response, 404, "Not found. GraphQL is at /graphql.");
