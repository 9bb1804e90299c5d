import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { onResponseClose } from "./response-close.ts";

/** Handles a request when it is its turn. */
export type InTurn = (request: IncomingMessage, response: ServerResponse, handle: () => void) => void;

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

const MOST_AT_ONCE = 2;
const MOST_WAITING = 100;

/**
 * Two requests of a connection at a time: answers of pipelined requests would otherwise pile up behind the first that is not read.
 * A connection with over 100 requests that wait is closed.
 */
export function createQueues(): InTurn {
  const lines = new WeakMap<Socket, Line>();
  return (request, response, handle) => {
    const { socket } = request;
    const line = lines.get(socket) ?? { running: 0, waiting: [] };
    lines.set(socket, line);
    const begin = () => {
      line.running += 1;
      onResponseClose(request, response, () => {
        line.running -= 1;
        if (!socket.destroyed) line.waiting.shift()?.();
      });
      if (!response.destroyed) handle();
    };
    if (line.running < MOST_AT_ONCE) begin();
    else if (line.waiting.length < MOST_WAITING) line.waiting.push(begin);
    else socket.destroy();
  };
}
