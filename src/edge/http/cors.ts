import type { IncomingMessage } from "node:http";

import type { ReplyHeaders } from "./reply.ts";

const EXPOSED = "x-request-id";
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
