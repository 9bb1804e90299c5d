import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/** True for a request that asks for a WebSocket, by which alone one can go on here. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * Has the server answer a request as if it had not asked to upgrade, which a server may do (RFC 9110, section 7.8): the clients of Java and
 * curl ask so for HTTP/2 unless told otherwise. Once somebody listens for upgrades, Node reads no such request itself, so that it is
 * handed back without the header.
 */
export function answerWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== "upgrade") lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  socket.resume();
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}
