import type { Server } from "node:http";
import type { Socket } from "node:net";

import { toNetwork } from "#access";
import { refusalAbove } from "../errors/index.ts";
import { turnAway } from "./turn-away.ts";

/** Turns connections away that are more than one client may have at the same time, 0 for any number; upgraded ones count as well. */
export function limitSockets(server: Server, { sockets: max }: { readonly sockets: number }): void {
  const counts = new Map<string, number>();
  // A connection is announced once more when it goes on without an upgrade.
  const counted = new WeakSet<Socket>();
  if (max === 0) return;
  // Before the server's own listener, which would read requests.
  server.prependListener("connection", (socket: Socket) => {
    if (counted.has(socket)) return;
    counted.add(socket);
    const name = toNetwork(socket.remoteAddress);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    socket.once("close", () => {
      const left = (counts.get(name) ?? 1) - 1;
      if (left === 0) counts.delete(name);
      else counts.set(name, left);
    });
    const refusal = refusalAbove("clientSockets", count, max);
    if (refusal !== null) turnAway(socket, refusal);
  });
}
