import type { Socket } from "node:net";
import { WebSocket } from "ws";

/** What one connection is sent, as long as it is not gone. */
export interface Sender {
  /** Resolves once the system has it, or the connection is gone. */
  send(text: string): Promise<void>;
  /** Sends one text whose middle was written for many. */
  sendAround(before: string, middle: Buffer, after: string): void;
  /** Resolves once the client has read what it was sent, or is gone; null if no more waits to be read than is good for anybody. */
  room(): Promise<void> | null;
}

// Less is copied sooner than it is sent in parts.
const MOST_COPIED_BYTES = 16_384;
const MOST_UNREAD_BYTES = 1_048_576;

// To get memory for each text alone took a fifth of all the work where thousands are told the same.
const SLAB_BYTES = 65_536;
/** Slabs that wait to be used again; more are left to the engine. */
const MOST_SLABS = 256;

/** Memory for many texts, which is used again once the system has all of them. */
class Slab {
  readonly #bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;
  #unsent = 0;

  /** Called for each text that was taken, once the system has it or the connection is gone. */
  readonly sent = (): void => {
    this.#unsent -= 1;
    if (this !== currentSlab) this.giveBack();
  };

  holds(length: number): boolean {
    return this.#used + length <= SLAB_BYTES;
  }

  cut(length: number): Buffer {
    const bytes = this.#bytes.subarray(this.#used, this.#used + length);
    this.#used += length;
    this.#unsent += 1;
    return bytes;
  }

  giveBack(): void {
    if (this.#unsent > 0 || freeSlabs.length >= MOST_SLABS) return;
    this.#used = 0;
    freeSlabs.push(this);
  }
}

const freeSlabs: Slab[] = [];
let currentSlab = new Slab();

/** At most {@link MOST_COPIED_BYTES}, next to what was taken before. */
function takeBytes(length: number): { readonly bytes: Buffer; readonly sent: () => void } {
  if (!currentSlab.holds(length)) {
    const full = currentSlab;
    currentSlab = freeSlabs.pop() ?? new Slab();
    full.giveBack();
  }
  return { bytes: currentSlab.cut(length), sent: currentSlab.sent };
}

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
  const sendPart = (part: string | Buffer, fin: boolean, done?: () => void): void => {
    if (socket.readyState === WebSocket.OPEN) {
      hold();
      socket.send(part, { binary: false, fin }, done);
    } else done?.();
  };
  return {
    send: (text) => new Promise((resolve) => sendPart(text, true, () => resolve())),
    sendAround(before, middle, after) {
      const start = Buffer.byteLength(before);
      const length = start + middle.length + Buffer.byteLength(after);
      if (length > MOST_COPIED_BYTES) {
        sendPart(before, false);
        sendPart(middle, false);
        sendPart(after, true);
        return;
      }
      const { bytes, sent } = takeBytes(length);
      bytes.write(before);
      bytes.set(middle, start);
      bytes.write(after, start + middle.length);
      sendPart(bytes, true, sent);
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
