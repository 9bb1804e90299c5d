import type { Socket } from "node:net";
import { WebSocket } from "ws";

/** What one connection is sent; each resolves once the system has it, or the connection is gone. */
export interface Sender {
  send(text: string): Promise<void>;
  /** Sends one text whose middle was written for many. */
  sendAround(before: string, middle: Buffer, after: string): Promise<void>;
  /** Resolves once the client has read what it was sent, or is gone; null if no more waits to be read than is good for anybody. */
  room(): Promise<void> | null;
}

// Less is copied sooner than it is sent in parts.
const MOST_COPIED_BYTES = 16_384;
const MOST_UNREAD_BYTES = 1_048_576;

/**
 * What is sent at one moment leaves together, since each write of its own costs a call of the system.
 * @param wrote called after each writing
 */
export function createSender(socket: WebSocket, connection: Socket, wrote: () => void): Sender {
  let isHeld = false;
  let emptied: Promise<void> | null = null;
  const release = () => {
    isHeld = false;
    connection.uncork();
    wrote();
  };
  const hold = () => {
    if (isHeld) return;
    isHeld = true;
    connection.cork();
    setImmediate(release);
  };
  const sendParts = (parts: readonly (string | Buffer)[]): Promise<void> =>
    new Promise((resolve) => {
      if (socket.readyState !== WebSocket.OPEN) return resolve();
      hold();
      const last = parts.length - 1;
      for (const [place, part] of parts.entries()) {
        socket.send(part, { binary: false, fin: place === last }, place === last ? () => resolve() : undefined);
      }
    });
  return {
    send: (text) => sendParts([text]),
    sendAround(before, middle, after) {
      if (middle.length > MOST_COPIED_BYTES) return sendParts([before, middle, after]);
      const start = Buffer.byteLength(before);
      const whole = Buffer.allocUnsafe(start + middle.length + Buffer.byteLength(after));
      whole.write(before);
      whole.set(middle, start);
      whole.write(after, start + middle.length);
      return sendParts([whole]);
    },
    room() {
      if (connection.writableLength <= MOST_UNREAD_BYTES || connection.destroyed) return null;
      emptied ??= untilEmpty(connection).then(() => {
        emptied = null;
      });
      return emptied;
    },
  };
}

function untilEmpty(connection: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      connection.off("drain", end);
      connection.off("close", end);
      resolve();
    };
    connection.on("drain", end);
    connection.on("close", end);
  });
}
