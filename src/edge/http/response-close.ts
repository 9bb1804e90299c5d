import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { wakeInSlices } from "#domain";

// One listener a connection, however many requests wait on it.
const listeners = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `leave` once nothing of this response can be sent any more: it has ended, or its connection has closed; at once where that is
 * so already. A response that waits for its turn behind others of its connection is not told by Node that the connection closed.
 * @returns a function that gives up waiting
 */
export function onResponseClose(request: IncomingMessage, response: ServerResponse, leave: () => void): () => void {
  const ofConnection = listenersOf(request.socket);
  const giveUp = () => {
    ofConnection.delete(close);
    response.off("close", close);
  };
  const close = () => {
    giveUp();
    leave();
  };
  ofConnection.add(close);
  response.once("close", close);
  if (response.destroyed || request.socket.destroyed) close();
  return giveUp;
}

/**
 * The same for what takes long to end, with its promises and its line in the log: of thousands of connections that close in one round of the
 * event loop, a few in each of the next ones.
 */
export function onClientGone(request: IncomingMessage, response: ServerResponse, leave: () => void): () => void {
  let isAwaited = true;
  const isGone = response.destroyed || request.socket.destroyed;
  const giveUp = onResponseClose(request, response, () => {
    if (isGone || response.writableFinished) leave();
    else wakeInSlices(() => isAwaited && leave());
  });
  return () => {
    isAwaited = false;
    giveUp();
  };
}

function listenersOf(socket: Socket): Set<() => void> {
  const known = listeners.get(socket);
  if (known !== undefined) return known;
  const made = new Set<() => void>();
  listeners.set(socket, made);
  socket.once("close", () => {
    for (const close of [...made]) close();
  });
  return made;
}
