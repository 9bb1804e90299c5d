import type { IncomingMessage } from "node:http";

import { RefusalError } from "../errors/index.ts";
import type { ReplyHeaders } from "./reply.ts";

const EXPOSED = "x-request-id, x-incomplete";
const ALLOWED_HEADERS =
  "content-type, apollo-require-preflight, x-apollo-operation-name, x-request-id, authorization, last-event-id, mcp-protocol-version";

/** Headers that let pages of the listed origins call from a browser; none for others, so that the browser stops them. */
export function corsHeaders(request: IncomingMessage, origins: readonly string[]): ReplyHeaders {
  if (origins.length === 0) return {};
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return { vary: "Origin" };
  const isPreflight = request.method === "OPTIONS";
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-expose-headers": EXPOSED,
    ...(isPreflight
      ? {
          "access-control-allow-methods": "GET, POST",
          "access-control-allow-headers": ALLOWED_HEADERS,
          "access-control-max-age": "600",
        }
      : {}),
  };
}

/** True for programs, which name no origin, for pages of this very host, and for those of the listed origins. */
export function isWelcome({ headers: { origin, host } }: IncomingMessage, origins: readonly string[]): boolean {
  if (origin === undefined || origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** @throws RefusalError for a page of an origin that is not welcome */
export function checkOrigin(request: IncomingMessage, origins: readonly string[]): void {
  if (!isWelcome(request, origins))
    throw new RefusalError(403, "BAD_REQUEST", "Pages of this origin may not ask here.");
}

/**
 * A GET or a form needs no preflight; a foreign page must not be able to start anything with it.
 * @throws RefusalError `BAD_REQUEST` for a request without a header that only a preflight allows
 */
export function checkPreflight({ method, headers }: IncomingMessage): void {
  if (method === "POST" || headers["apollo-require-preflight"] || headers["x-apollo-operation-name"]) return;
  throw new RefusalError(400, "BAD_REQUEST", "A GET needs the header apollo-require-preflight.");
}
