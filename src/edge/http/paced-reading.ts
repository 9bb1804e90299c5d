import type { Socket } from "node:net";

/** Who may read when: turns of the client at the other end. */
export interface ReadingTurns {
  /** The turn before something is read; null if it may be at once. */
  arrive(): Promise<void> | null;
  /** A turn after the one that it has. */
  next(): Promise<void>;
}

/** How what comes on a connection is handed on. */
export interface Pace {
  readonly turns: ReadingTurns;
  /** False as long as nothing more is to be handed on, though the reader would take it; `goOn` once it is. Always true if absent. */
  mayRead?(): boolean;
  /** How many bytes of these are handed on together. */
  cut(bytes: Buffer): number;
  /** How many times that in one turn. */
  readonly piecesATurn: number;
}

/** Reading that goes on piece by piece. */
export interface PacedReading {
  goOn(): void;
  /** Hands on nothing from now on: somebody else reads. */
  leave(): void;
}

/**
 * Stands between a connection and what reads it, which would work through all that came, 64 KB at once: thousands of requests or messages,
 * of a thousand connections in one round of the event loop. What waits for its turn stays unread, so that a client that sends more
 * than is done for it fills its own memory. A reader that pauses the connection gets nothing more until it resumes it, and hears of the
 * end only after all that came before.
 */
export function paceReading(socket: Socket, pace: Pace): PacedReading {
  const reading = new Reading(socket, pace, takeListeners(socket, "data"), takeListeners(socket, "end"));
  socket.on("data", reading.take);
  socket.on("end", reading.end);
  // A reader that is held knows of it as little as a held connection knows of its reader: each pauses and resumes for itself.
  socket.pause = () => reading.pause();
  socket.resume = () => reading.resume();
  return reading;
}

type Listener = (bytes?: Buffer) => void;

function takeListeners(socket: Socket, event: "data" | "end"): Listener {
  const listeners = socket.listeners(event) as Listener[];
  for (const listener of listeners) socket.off(event, listener);
  return (bytes) => {
    for (const listener of listeners) listener.call(socket, bytes);
  };
}

class Reading implements PacedReading {
  private held: Buffer | null = null;
  private isReading = false;
  private isHolding = false;
  private isWanted: boolean;
  private hasEnded = false;
  private hasLeft = false;
  /** As they were: bound ones would grow into a chain on a connection that asks to upgrade again and again. */
  private readonly own: Pick<Socket, "pause" | "resume">;

  constructor(
    private readonly socket: Socket,
    private readonly pace: Pace,
    private readonly hand: Listener,
    private readonly handEnd: Listener,
  ) {
    this.isWanted = !socket.isPaused();
    this.own = { pause: socket.pause, resume: socket.resume };
  }

  readonly take = (bytes: Buffer): void => {
    this.held = this.held === null ? bytes : Buffer.concat([this.held, bytes]);
    this.goOn();
  };

  readonly end = (): void => {
    this.hasEnded = true;
    this.goOn();
  };

  pause(): Socket {
    this.isWanted = false;
    return this.pauseSocket();
  }

  resume(): Socket {
    this.isWanted = true;
    if (!this.isHolding) return this.resumeSocket();
    this.goOn();
    return this.socket;
  }

  goOn(): void {
    if (this.isReading) return;
    this.isReading = true;
    const turn = this.readOn();
    if (turn === null) return;
    this.hold();
    void this.readInTurns(turn);
  }

  leave(): void {
    this.hasLeft = true;
    this.socket.off("data", this.take);
    this.socket.off("end", this.end);
    Object.assign(this.socket, this.own);
    if (this.isHolding) this.resumeSocket();
    // At once: the next reader puts what it was handed in front of it.
    if (this.held !== null && !this.hasEnded) this.socket.unshift(this.held);
    this.held = null;
  }

  /** The turn to wait for; null if there is none to wait for. */
  private readOn(): Promise<void> | null {
    while (this.hasMore()) {
      const turn = this.pace.turns.arrive();
      if (turn !== null) return turn;
      this.readPiece();
    }
    this.rest();
    return null;
  }

  private async readInTurns(turn: Promise<void>): Promise<void> {
    for (let next: Promise<void> | null = turn; next !== null; next = this.readTurn()) await next;
  }

  private readTurn(): Promise<void> | null {
    for (let pieces = 0; pieces < this.pace.piecesATurn && this.hasMore(); pieces += 1) this.readPiece();
    if (this.hasMore()) return this.pace.turns.next();
    this.rest();
    return null;
  }

  private hasMore(): boolean {
    return this.held !== null && !this.hasLeft && !this.socket.destroyed && this.isWanted && this.isDue();
  }

  private isDue(): boolean {
    return this.pace.mayRead?.() ?? true;
  }

  private readPiece(): void {
    const { held } = this;
    if (held === null) return;
    const length = this.pace.cut(held);
    this.held = length < held.length ? held.subarray(length) : null;
    this.hand(detach(held.subarray(0, length)));
  }

  /** Nothing is left, or nothing more is wanted for now. */
  private rest(): void {
    this.isReading = false;
    // Readers do not count on anything once a connection is closed.
    if (this.socket.destroyed) this.held = null;
    if (this.hasLeft || this.socket.destroyed) return;
    if (this.held !== null || !this.isDue()) this.hold();
    else this.release();
    if (!this.hasEnded || this.held !== null) return;
    this.hasEnded = false;
    this.handEnd();
  }

  private pauseSocket(): Socket {
    return this.own.pause.call(this.socket);
  }

  private resumeSocket(): Socket {
    return this.own.resume.call(this.socket);
  }

  private hold(): void {
    this.isHolding = true;
    this.pauseSocket();
  }

  private release(): void {
    if (this.isHolding && this.isWanted) this.resumeSocket();
    this.isHolding = false;
  }
}

/** The bytes without the rest of what was read with them: a reader may hold a few of them for long, each with 64 KB. */
function detach(bytes: Buffer): Buffer {
  if (bytes.length * 2 >= bytes.buffer.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
