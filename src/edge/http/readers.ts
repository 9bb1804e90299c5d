import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { toNetwork } from "#access";
import type { Clock } from "#domain";

/** Watches that what was written to clients is read. */
export interface Readers {
  /** Something was written to this connection, or to a response that waits for its turn on it. */
  wrote(socket: Socket, response?: ServerResponse): void;
  /** Resolves once this address has read enough for one more large answer; null if it has. */
  room(address: Pick<Socket, "remoteAddress">): Promise<void> | null;
  /** Lets go of its timer. */
  close(): void;
}

interface Reader {
  sent: number;
  progressAt: number;
  /** Answers that were pipelined and have not reached the connection. */
  readonly waiting: Set<ServerResponse>;
}

/** What readers may do. */
export interface ReaderLimits {
  /** How long a connection may make no progress while something is to be read on it. */
  readonly stallMs: number;
  /** Most bytes of all connections that wait to be read. */
  readonly unsentBytes: number;
  /** Most bytes that wait to be read at one address when a large answer is begun for it. */
  readonly addressBytes: number;
}

const READER_LIMITS: ReaderLimits = { stallMs: 10_000, unsentBytes: 33_554_432, addressBytes: 8_388_608 };

const CHECK_MS = 1_000;
/** When connections were cut off that held so much, the engine is told. */
const FREED_BYTES = 16_777_216;
/** More than the engine lets be allocated beside its heap before it begins to collect. */
const PRESSURE_BYTES = 134_217_728;
const ROOM_MS = 100;
/** How long others at an address wait for one that reads slowly. */
const ROOM_WAIT_MS = 5_000;

/**
 * Cuts connections whose clients do not read: each after ten seconds without progress, and before that, once all together hold
 * too much, those that began last to stand still. Counts what the process holds, not what the network does.
 */
export function createReaders(clock: Clock, set: Partial<ReaderLimits> = {}, collect = askToCollect): Readers {
  const limits = { ...READER_LIMITS, ...set };
  const readers = new Map<Socket, Reader>();
  const closing = new AbortController();
  let isChecking = false;
  let freed = 0;
  // Never less than all of them hold together, so that these are added up only if it may be too much.
  let unsentAtMost = 0;

  const check = () => {
    for (const [socket, reader] of readers) {
      const sent = sentOf(socket);
      if (socket.destroyed || unsentOf(socket, reader) === 0) readers.delete(socket);
      else if (sent !== reader.sent) Object.assign(reader, { sent, progressAt: clock.elapsed() });
      else if (clock.elapsed() - reader.progressAt >= limits.stallMs) cut(socket);
    }
  };
  const cut = (socket: Socket) => {
    freed += socket.writableLength;
    readers.delete(socket);
    breakOff(socket);
  };
  const keepChecking = async () => {
    isChecking = true;
    while ((readers.size > 0 || freed >= FREED_BYTES) && !closing.signal.aborted) {
      await clock.sleep(CHECK_MS, closing.signal);
      // By now the connections that were cut off before are closed.
      if (freed >= FREED_BYTES) {
        freed = 0;
        collect();
      }
      check();
    }
    isChecking = false;
  };
  const relieve = (more: number) => {
    unsentAtMost += more;
    if (unsentAtMost <= limits.unsentBytes) return;
    let unsent = 0;
    for (const [socket, reader] of readers) unsent += unsentOf(socket, reader);
    unsentAtMost = unsent;
    if (unsent <= limits.unsentBytes) return;
    for (const [socket, reader] of offenders(readers, clock.elapsed())) {
      unsent -= unsentOf(socket, reader);
      cut(socket);
      if (unsent <= limits.unsentBytes) return;
    }
  };
  return {
    wrote(socket, response) {
      const reader = readers.get(socket) ?? { sent: sentOf(socket), progressAt: clock.elapsed(), waiting: new Set() };
      if (response !== undefined && response.socket === null) reader.waiting.add(response);
      const unsent = unsentOf(socket, reader);
      if (socket.destroyed || unsent === 0) return;
      readers.set(socket, reader);
      relieve(unsent);
      if (!isChecking) void keepChecking();
    },
    room: createRoom(readers, { clock, limits, cut }),
    close: () => closing.abort(),
  };
}

/**
 * Closes a connection so that the system drops what it has taken: up to some megabytes, which nobody reads, and behind which alone a client would hear
 * of the end.
 */
export function breakOff(socket: Socket): void {
  // Connections without an address are none of TCP's, and cannot be reset.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/**
 * Makes the engine begin to collect, in its small steps: as long as little happens it does not, and what was cut off would stay in memory for
 * minutes. What is allocated is never touched, so the system gives no memory for it.
 */
function askToCollect(): void {
  void new ArrayBuffer(PRESSURE_BYTES);
}

interface RoomParts {
  readonly clock: Clock;
  readonly limits: ReaderLimits;
  readonly cut: (socket: Socket) => void;
}

function createRoom(
  readers: ReadonlyMap<Socket, Reader>,
  { clock, limits: { addressBytes }, cut }: RoomParts,
): Readers["room"] {
  // One for all who wait at an address.
  const waits = new Map<string, Promise<void>>();
  const readersAt = (network: string) =>
    [...readers].filter(([socket]) => !socket.destroyed && toNetwork(socket.remoteAddress) === network);
  const hasRoom = (network: string): boolean =>
    readersAt(network).reduce((unsent, [socket, reader]) => unsent + unsentOf(socket, reader), 0) <= addressBytes;
  const untilRoom = async (network: string): Promise<void> => {
    const since = clock.elapsed();
    for (; !hasRoom(network); await clock.sleep(ROOM_MS)) {
      // Behind a proxy all clients have one address: one that reads slowly keeps the others waiting no longer.
      if (clock.elapsed() - since < ROOM_WAIT_MS) continue;
      const [slow] = offenders(readersAt(network), clock.elapsed());
      if (slow !== undefined) cut(slow[0]);
    }
    waits.delete(network);
  };
  return ({ remoteAddress }) => {
    const network = toNetwork(remoteAddress);
    if (hasRoom(network)) return null;
    const wait = waits.get(network) ?? untilRoom(network);
    waits.set(network, wait);
    return wait;
  };
}

/** Those that stand still, the newest first, and then the others, the newest first. */
function offenders(readers: Iterable<[Socket, Reader]>, elapsedMs: number): readonly [Socket, Reader][] {
  const all = [...readers].reverse();
  const stands = ([, { progressAt }]: (typeof all)[number]) => elapsedMs - progressAt >= CHECK_MS;
  return [...all.filter(stands), ...all.filter((one) => !stands(one))];
}

// Of what is half sent, the process holds the whole.
function unsentOf(socket: Socket, { waiting }: Reader): number {
  let bytes = socket.writableLength;
  for (const response of waiting) {
    // From then on its bytes are the connection's.
    if (response.socket !== null || response.destroyed) waiting.delete(response);
    else bytes += response.writableLength;
  }
  return bytes;
}

// Node tells only what was handed to the system's queue; what that queue still holds is known to the handle alone.
function sentOf(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: unknown };
  const { bytesWritten, writeQueueSize } = Object(handle) as Readonly<Record<string, unknown>>;
  if (typeof bytesWritten !== "number" || typeof writeQueueSize !== "number") return socket.bytesWritten;
  return bytesWritten - writeQueueSize;
}
