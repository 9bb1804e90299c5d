import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A new id. What `randomUUID` gives is put together of twenty pieces, which stay as long as it does: as bytes it is one. */
export function createRequestId(): string {
  return Buffer.from(randomUUID(), "latin1").toString("latin1");
}

/** The id that a client or a proxy gave the request in `x-request-id`, where it is harmless; otherwise a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : createRequestId();
}
