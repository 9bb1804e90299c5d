import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

// One listener a connection, however many requests wait on it.
const departures = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `leave` once nothing of this response can be sent any more: it has ended, or its connection has closed; at once where that is
 * so already. A response that waits for its turn behind others of its connection is not told by Node that the connection closed.
 * @returns a function that gives up waiting
 */
export function onDeparture(request: IncomingMessage, response: ServerResponse, leave: () => void): () => void {
  const ofConnection = departuresOf(request.socket);
  const giveUp = () => {
    ofConnection.delete(depart);
    response.off("close", depart);
  };
  const depart = () => {
    giveUp();
    leave();
  };
  ofConnection.add(depart);
  response.once("close", depart);
  if (response.destroyed || request.socket.destroyed) depart();
  return giveUp;
}

function departuresOf(socket: Socket): Set<() => void> {
  const known = departures.get(socket);
  if (known !== undefined) return known;
  const made = new Set<() => void>();
  departures.set(socket, made);
  socket.once("close", () => {
    for (const depart of [...made]) depart();
  });
  return made;
}
