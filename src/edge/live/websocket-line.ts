import type { WebSocket } from "ws";

/** More than all that a connection can ask for, and that it ends. */
const MOST_WAITING = 1_000;
const POLICY_VIOLATION = 1008;

/**
 * Handles the texts that come on a connection in their order. While some wait, no more is read from it; it is closed if there are
 * over 1,000.
 * @param arrive the turn before a text is handled; null if it may be at once
 */
export function handleInOrder(
  socket: WebSocket,
  arrive: (text: string) => Promise<void> | null,
  handle: (text: string) => void,
): void {
  const waiting: string[] = [];
  const goOn = async (turn: Promise<void>): Promise<void> => {
    socket.pause();
    await turn;
    for (let [text] = waiting; text !== undefined; [text] = waiting) {
      handle(text);
      waiting.shift();
      const [next] = waiting;
      if (next !== undefined) await arrive(next);
    }
    socket.resume();
  };
  socket.on("message", (message) => {
    const text = String(message);
    const turn = waiting.length === 0 ? arrive(text) : null;
    if (waiting.length === 0 && turn === null) handle(text);
    else if (waiting.push(text) > MOST_WAITING) socket.close(POLICY_VIOLATION, "Too many messages");
    if (turn !== null) void goOn(turn);
  });
  socket.once("close", () => waiting.splice(0));
}
