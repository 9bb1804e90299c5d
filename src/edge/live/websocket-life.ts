import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Clock } from "#domain";

/** How long a client has to answer a ping, and how often it is asked, in milliseconds. */
export const PING_MS = 12_000;

/**
 * Cuts a client that does not answer a ping, until `over` aborts: a client that went without a word would be served without end. A pong that nobody
 * asked for tells nothing, since a client can send one without reading. No answer counts against a client while what it sent waits for a turn here.
 * @param carrier the connection below; paused as long as something that came on it is not read
 */
export async function watchLife(
  clock: Clock,
  socket: WebSocket,
  carrier: Pick<Socket, "isPaused">,
  over: AbortSignal,
): Promise<void> {
  let awaited: string | null = null;
  socket.on("pong", (payload) => {
    if (String(payload) === awaited) awaited = null;
  });
  for (;;) {
    await clock.sleep(PING_MS, over);
    if (over.aborted) return;
    if (awaited !== null && carrier.isPaused()) continue;
    if (awaited !== null) return socket.terminate();
    awaited = randomUUID();
    socket.ping(awaited);
  }
}
