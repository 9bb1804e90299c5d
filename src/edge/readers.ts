import type { Socket } from "node:net";

import type { Clock } from "#domain";

/** Watches that what was written to clients is read. */
export interface Readers {
  /** Something was written to this connection. */
  wrote(socket: Socket): void;
  /** Lets go of its timer. */
  close(): void;
}

interface Reader {
  sent: number;
  progressAt: number;
}

/** What readers may do. */
export interface ReaderLimits {
  /** How long a connection may make no progress while something is to be read on it. */
  readonly stallMs: number;
  /** Most bytes of all connections that wait to be read. */
  readonly unsentBytes: number;
}

export const READER_LIMITS: ReaderLimits = { stallMs: 10_000, unsentBytes: 67_108_864 };

const CHECK_MS = 1_000;

/**
 * Cuts connections whose clients do not read: each after ten seconds without progress, and before that, once all together hold
 * too much, those that began last to stand still. Counts what the process and the system's queue hold, not what the network does.
 */
export function createReaders(clock: Clock, limits: ReaderLimits = READER_LIMITS): Readers {
  const readers = new Map<Socket, Reader>();
  const closing = new AbortController();
  let isChecking = false;

  const check = () => {
    for (const [socket, reader] of readers) {
      const sent = sentOf(socket);
      if (socket.destroyed || unsentOf(socket) === 0) readers.delete(socket);
      else if (sent !== reader.sent) Object.assign(reader, { sent, progressAt: clock.now() });
      else if (clock.now() - reader.progressAt >= limits.stallMs) cut(socket);
    }
  };
  const cut = (socket: Socket) => {
    readers.delete(socket);
    socket.destroy();
  };
  const keepChecking = async () => {
    isChecking = true;
    while (readers.size > 0 && !closing.signal.aborted) {
      await clock.sleep(CHECK_MS, closing.signal);
      check();
    }
    isChecking = false;
  };
  const relieve = () => {
    let unsent = [...readers.keys()].reduce((sum, socket) => sum + unsentOf(socket), 0);
    if (unsent <= limits.unsentBytes) return;
    for (const socket of offenders(readers, clock.now())) {
      unsent -= unsentOf(socket);
      cut(socket);
      if (unsent <= limits.unsentBytes) return;
    }
  };
  return {
    wrote(socket) {
      if (socket.destroyed || unsentOf(socket) === 0) return;
      if (!readers.has(socket)) readers.set(socket, { sent: sentOf(socket), progressAt: clock.now() });
      relieve();
      if (!isChecking) void keepChecking();
    },
    close: () => closing.abort(),
  };
}

/** Those that stand still, the newest first, and then the others, the newest first. */
function offenders(readers: ReadonlyMap<Socket, Reader>, now: number): readonly Socket[] {
  const all = [...readers].reverse();
  const stands = ([, { progressAt }]: (typeof all)[number]) => now - progressAt >= CHECK_MS;
  return [...all.filter(stands), ...all.filter((one) => !stands(one))].map(([socket]) => socket);
}

function unsentOf(socket: Socket): number {
  return socket.bytesWritten - sentOf(socket);
}

// Node tells only what was handed to the system's queue; what that queue still holds is known to the handle alone.
function sentOf(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: unknown };
  const { bytesWritten, writeQueueSize } = Object(handle) as Readonly<Record<string, unknown>>;
  if (typeof bytesWritten !== "number" || typeof writeQueueSize !== "number") return socket.bytesWritten;
  return bytesWritten - writeQueueSize;
}
