import { STATUS_CODES } from "node:http";
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
