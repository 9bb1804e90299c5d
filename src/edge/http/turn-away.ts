import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import type { RefusalError } from "../errors/index.ts";
import { toErrorAnswer, turnOn } from "./reply.ts";

/** Answers a client that asked to upgrade its connection with a refusal, in a turn, and hangs up. */
export async function turnAway(socket: Duplex, refusal: RefusalError): Promise<void> {
  await turnOn(socket);
  const { status, headers, body } = toErrorAnswer(refusal, "application/json");
  const fields = { ...headers, connection: "close", "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

const UNREAD_STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};
const refused = new WeakSet<Duplex>();

/**
 * Answers what is no request, or does not come in time, as Node does, but in a turn: thousand connections that send nothing are given up in one
 * round of the event loop.
 */
export async function refuseUnread(error: Error & { readonly code?: string }, socket: Duplex): Promise<void> {
  // What follows is not read, and would be refused again.
  socket.pause();
  if (refused.has(socket)) return;
  refused.add(socket);
  if (socket.writable) await turnOn(socket);
  // Its response begins once it is the connection's turn, and nothing fits in behind it.
  const { _httpMessage: response } = socket as { readonly _httpMessage?: ServerResponse | null };
  const status = UNREAD_STATUS[error.code ?? ""] ?? 400;
  if (socket.writable && response?.headersSent !== true) {
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  }
  socket.destroy(error);
}
