import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { onDeparture } from "./departure.ts";

/** Handles a request when it is its turn. */
export type InTurn = (request: IncomingMessage, response: ServerResponse, handle: () => void) => void;

const MOST_WAITING = 100;

/**
 * One request of a connection after the other: answers of pipelined requests would otherwise pile up behind the first that is not
 * read. A connection with over 100 requests that wait is closed.
 */
export function createQueues(): InTurn {
  const queues = new WeakMap<Socket, (() => void)[]>();
  return (request, response, handle) => {
    const { socket } = request;
    const waiting = queues.get(socket);
    const begin = () => {
      onDeparture(request, response, () => {
        const next = queues.get(socket)?.shift();
        if (next === undefined) queues.delete(socket);
        else if (!socket.destroyed) next();
      });
      if (!response.destroyed) handle();
    };
    if (waiting === undefined) {
      queues.set(socket, []);
      begin();
    } else if (waiting.length < MOST_WAITING) waiting.push(begin);
    else socket.destroy();
  };
}
