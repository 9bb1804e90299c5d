import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The id that a client or a proxy gave the request in `x-request-id`, where it is harmless; otherwise a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
