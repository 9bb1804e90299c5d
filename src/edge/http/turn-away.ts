import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import type { RefusalError } from "../errors/index.ts";
import { toErrorAnswer } from "./reply.ts";

/** Answers a client that asked to upgrade its connection with a refusal, and hangs up. */
export function turnAway(socket: Duplex, refusal: RefusalError): void {
  const { status, headers, body } = toErrorAnswer(refusal, "application/json");
  const fields = { ...headers, connection: "close", "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}
