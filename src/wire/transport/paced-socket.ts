import type { Socket } from "node:net";
import { takeBreak } from "#domain";

/** Each chunk of a body takes two lines, and an interim answer no fewer: so many take about a millisecond. */
const MOST_LINES = 512;

const paced = new WeakSet<Socket>();

/**
 * Lets a connection hand on what comes piece by piece, each in a break of its own: Node reads up to 2 MB of a connection in one round of
 * the event loop, and chunks of one byte take a hundred times as long as one of all. Nothing more is read from it meanwhile.
 */
export function paceSocket(socket: Socket): void {
  if (paced.has(socket)) return;
  paced.add(socket);
  const push = socket.push.bind(socket);
  const read = socket._read.bind(socket);
  /** What came and was not handed on; null stands for the end. */
  const held: (Buffer | null)[] = [];
  let isAsked = true;
  let isWaiting = false;
  const handOn = async (): Promise<void> => {
    isWaiting = true;
    await takeBreak();
    isWaiting = false;
    const [first] = held;
    if (first === undefined || socket.destroyed) return;
    isAsked = false;
    const end = first === null ? 0 : endOfLines(first);
    if (first === null || end === first.length) held.shift();
    else held[0] = first.subarray(end);
    push(first === null ? null : first.subarray(0, end));
  };
  const goOn = (): void => {
    if (isAsked && !isWaiting && held.length > 0) void handOn();
  };
  // The handle stops to read as long as this says no, and begins again with `_read`.
  socket.push = (chunk: Buffer | null) => {
    held.push(chunk);
    goOn();
    return false;
  };
  socket._read = (size) => {
    isAsked = true;
    if (held.length === 0) read(size);
    else goOn();
  };
  // What came behind an answer would be taken for that of the next request.
  socket.prependListener("free", () => {
    if (held.length > 0) socket.destroy();
  });
}

const LINE_FEED = 10;

function endOfLines(bytes: Buffer): number {
  let end = 0;
  for (let lines = 0; lines < MOST_LINES; lines += 1) {
    end = bytes.indexOf(LINE_FEED, end) + 1;
    if (end === 0) return bytes.length;
  }
  return end;
}
