import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Clock } from "#domain";

/** How long a client has to answer a ping, and how often it is asked, in milliseconds. */
export const PING_MS = 12_000;

/** Frames of control as clients send them: a header, a mask, and what they carry. */
const CONTROL_BYTES = 6;

/** What has come of the next message: each fragment is held until it is whole. */
export class NextMessage {
  private came = 0;
  private bytes = 0;

  constructor(socket: WebSocket) {
    const control = (payload: Buffer): void => {
      this.bytes = Math.max(0, this.bytes - CONTROL_BYTES - payload.length);
    };
    socket.on("ping", control);
    socket.on("pong", control);
    socket.on("message", () => {
      this.came += 1;
      this.bytes = 0;
    });
  }

  /** Counts what the socket reads next. */
  read(bytes: number): void {
    this.bytes += bytes;
  }

  /** Its number, if a part of it has come; null if none has. */
  get begun(): number | null {
    return this.bytes > 0 ? this.came : null;
  }
}

/**
 * Cuts a client that does not answer a ping, until `over` aborts: a client that went without a word would be served without end. Cuts it
 * also if a message that had begun at one ping is not whole at the next one. A pong that nobody asked for tells nothing, since a client can
 * send one without reading. Neither counts against a client while what it sent waits for a turn here.
 * @param next counts what comes on the connection
 * @param carrier the connection below; paused as long as something that came on it is not read
 */
export async function watchLife(
  clock: Clock,
  socket: WebSocket,
  next: Pick<NextMessage, "begun">,
  carrier: Pick<Socket, "isPaused">,
  over: AbortSignal,
): Promise<void> {
  let awaited: string | null = null;
  let begun: number | null = null;
  socket.on("pong", (payload) => {
    if (String(payload) === awaited) awaited = null;
  });
  for (;;) {
    await clock.sleep(PING_MS, over);
    if (over.aborted) return;
    const isLate = awaited !== null || (begun !== null && begun === next.begun);
    if (isLate && carrier.isPaused()) continue;
    if (isLate) return socket.terminate();
    begun = next.begun;
    awaited = randomUUID();
    socket.ping(awaited);
  }
}
