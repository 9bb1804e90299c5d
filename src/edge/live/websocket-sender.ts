import type { Socket } from "node:net";
import type { WebSocket } from "ws";

/** Sends one text; resolves once the system has it, or the connection is gone. */
export type SendText = (text: string) => Promise<void>;

/**
 * What is sent at one moment leaves together, since each write of its own costs a call of the system.
 * @param wrote called after each writing
 */
export function createSender(socket: WebSocket, connection: Socket, wrote: () => void): SendText {
  let isHeld = false;
  const release = () => {
    isHeld = false;
    connection.uncork();
    wrote();
  };
  const hold = () => {
    if (isHeld) return;
    isHeld = true;
    connection.cork();
    process.nextTick(release);
  };
  return (text) =>
    new Promise((resolve) => {
      hold();
      socket.send(text, () => resolve());
    });
}
