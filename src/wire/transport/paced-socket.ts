import type { Socket } from "node:net";
import { takeBreak, takeLines } from "#domain";

/** Each chunk of a body takes two lines, and an interim answer no fewer: so many take about a millisecond. */
const MOST_LINES = 512;

const paced = new WeakSet<Socket>();

/** Of all connections, in this round of the event loop. */
let linesOfRound = 0;

/**
 * Lets a connection hand on no more lines in a round of the event loop than are worked through in a millisecond, and the others piece by
 * piece, each in a break of its own: Node reads up to 2 MB of a connection in one round, and chunks of one byte take a hundred times as
 * long as one of all. Nothing more is read from it meanwhile.
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
    const end = first === null ? 0 : takeLines(first, MOST_LINES).end;
    if (first === null || end === first.length) held.shift();
    else held[0] = first.subarray(end);
    push(first === null ? null : first.subarray(0, end));
  };
  const goOn = (): void => {
    if (isAsked && !isWaiting && held.length > 0) void handOn();
  };
  // The handle stops to read as long as this says no, and begins again with `_read`.
  socket.push = (chunk: Buffer | null) => {
    if (held.length === 0 && !isWaiting && (chunk === null || fitsRound(chunk))) return push(chunk);
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

function fitsRound(bytes: Buffer): boolean {
  const { end, lines } = takeLines(bytes, MOST_LINES - linesOfRound);
  if (end < bytes.length) return false;
  if (linesOfRound === 0 && lines > 0) setImmediate(beginRound);
  linesOfRound += lines;
  return true;
}

function beginRound(): void {
  linesOfRound = 0;
}
