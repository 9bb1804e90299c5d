import type { WebSocket } from "ws";

/**
 * Handles the texts that come on a connection in their order. While some wait, no more is read from it.
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
    else waiting.push(text);
    if (turn !== null) void goOn(turn);
  });
  socket.once("close", () => waiting.splice(0));
}
