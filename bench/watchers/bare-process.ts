/** A server of bare WebSockets that sends given texts to every socket when it is told to: what sending alone costs. */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false, clientTracking: true });
server.once("listening", () => process.send?.(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));
process.on("message", (texts: readonly string[]) => {
  const sentAt = Date.now();
  for (const socket of server.clients) for (const text of texts) socket.send(text);
  process.send?.({ sentAt });
});
