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
  /** False as long as nothing more is to be handed on; `goOn` once it is. */
  mayRead(): boolean;
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
 * than is done for it fills its own memory.
 */
export function paceReading(socket: Socket, pace: Pace): PacedReading {
  const listeners = socket.listeners("data") as ((bytes: Buffer) => void)[];
  for (const listener of listeners) socket.off("data", listener);
  const hand = (bytes: Buffer): void => {
    for (const listener of listeners) listener.call(socket, bytes);
  };
  const reading = new Reading(socket, pace, hand);
  socket.on("data", reading.take);
  socket.on("resume", reading.goOn);
  return reading;
}

class Reading implements PacedReading {
  private held: Buffer | null = null;
  private isReading = false;
  private isHolding = false;
  private hasLeft = false;

  constructor(
    private readonly socket: Socket,
    private readonly pace: Pace,
    private readonly hand: (bytes: Buffer) => void,
  ) {}

  readonly take = (bytes: Buffer): void => {
    this.held = this.held === null ? bytes : Buffer.concat([this.held, bytes]);
    this.goOn();
  };

  readonly goOn = (): void => {
    if (this.isReading) return;
    this.isReading = true;
    const turn = this.readOn();
    if (turn === null) return;
    this.hold();
    void this.readInTurns(turn);
  };

  leave(): void {
    this.hasLeft = true;
    this.socket.off("data", this.take);
    this.socket.off("resume", this.goOn);
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
    return this.held !== null && !this.hasLeft && !this.socket.destroyed && this.pace.mayRead();
  }

  private readPiece(): void {
    const { held } = this;
    if (held === null) return;
    const length = this.pace.cut(held);
    this.held = length < held.length ? held.subarray(length) : null;
    this.hand(held.subarray(0, length));
  }

  /** Nothing is left, or nothing more is wanted for now. */
  private rest(): void {
    this.isReading = false;
    if (this.hasLeft && this.held !== null) this.socket.unshift(this.held);
    if (this.hasLeft || this.socket.destroyed) this.held = null;
    if (this.hasLeft || this.pace.mayRead()) this.release();
    else this.hold();
  }

  private hold(): void {
    this.isHolding = true;
    this.socket.pause();
  }

  private release(): void {
    if (this.isHolding && this.socket.isPaused()) this.socket.resume();
    this.isHolding = false;
  }
}
