import { CloseCode, MessageType, parseMessage, type SubscribePayload } from "graphql-ws";
import type { WebSocket } from "ws";

/** What a message asks for. */
export interface Asked {
  /** As its client calls the operation. */
  readonly id: string;
  readonly payload: SubscribePayload;
}

/** It is held as long as the operation. */
const MOST_ID_CHARACTERS = 1_024;

const MOST_LEAVING = 10;

const NOTHING_ASKED: SubscribePayload = { query: "" };

const NOTHING = (): void => {};

// The library holds it as long as the connection is open, and nothing else of it is read.
function toInit(payload: unknown): string {
  const { authorization } = Object(payload) as { readonly authorization?: unknown };
  const isTold = typeof authorization === "string";
  return JSON.stringify({ type: MessageType.ConnectionInit, ...(isTold && { payload: { authorization } }) });
}

/**
 * Stands between the client of a connection and the protocol's library. The library knows operations by their ids alone, and one
 * that its client has ended would, on its way out, end the next one of the same id: here each has an id that is used once. It also
 * holds a message for as long as its operation lasts, and there may be thousands: it gets only that something is asked.
 */
export class Messages {
  private asked: Asked | null = null;
  private settling: Promise<void> | null = null;
  private leaving = 0;
  private readonly waiting: (() => void)[] = [];
  /** The library's ids of the operations that go on, by the client's. */
  private readonly ids = new Map<string, string>();
  private readonly clientIds = new Map<string, string>();
  private count = 0;

  constructor(private readonly socket: Pick<WebSocket, "close">) {}

  /** The message as the library gets it; null if it gets nothing. */
  toLibrary(text: string): string | null {
    try {
      const message = parseMessage(text);
      if (message.type === MessageType.Subscribe) return this.begin(message.id, message.payload);
      if (message.type === MessageType.ConnectionInit) return toInit(message.payload);
      if (message.type !== MessageType.Complete) return text;
      const id = this.ids.get(message.id);
      if (id === undefined) return null;
      this.end(id);
      return JSON.stringify({ ...message, id });
    } catch {
      // The library closes the connection.
      return text;
    }
  }

  /** A message of the library as the client gets it; null if it is about an operation that the client has ended. */
  toClient(text: string): string | null {
    const message = JSON.parse(text) as { readonly id?: string; readonly type: string };
    // Results do not come from the library: whatever has an id is the end of its operation.
    if (message.id === undefined) return text;
    const clientId = this.end(message.id);
    return clientId === undefined ? null : JSON.stringify({ ...message, id: clientId });
  }

  /** Begins or refuses what the message that is handled at the moment asks for. Nothing holds on to the message afterwards. */
  settle<Settled>(begin: (asked: Asked) => Promise<Settled>): Promise<Settled> {
    const { asked } = this;
    this.asked = null;
    if (asked === null) throw new Error("No message asks for an operation.");
    const settled = begin(asked);
    const settling = settled.then(NOTHING, NOTHING).then(() => {
      if (this.settling === settling) this.settling = null;
    });
    this.settling = settling;
    return settled;
  }

  /** Counts an operation that its client has ended, until it has let go of what it held. */
  async leave(left: Promise<unknown>): Promise<void> {
    this.leaving += 1;
    await left.then(NOTHING, NOTHING);
    this.leaving -= 1;
    if (this.leaving < MOST_LEAVING) for (const resolve of this.waiting.splice(0)) resolve();
  }

  /**
   * Resolves once the next message may be handled; null if it may now. What waits for a turn to be refused, or to find that its client has
   * ended it, is held meanwhile: who handles on holds as many as a client can send.
   */
  settled(): Promise<void> | null {
    if (this.leaving < MOST_LEAVING) return this.settling;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** False if an operation of this id goes on; the connection is then closed, since a client could not tell the two apart. */
  isFree(clientId: string): boolean {
    if (!this.ids.has(clientId)) return true;
    // The reason of a close is short, and an id may be long.
    this.socket.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${clientId.slice(0, 20)} already exists`);
    return false;
  }

  private begin(clientId: string, payload: SubscribePayload): string | null {
    if (clientId.length > MOST_ID_CHARACTERS) {
      this.socket.close(CloseCode.BadRequest, "The id is too long");
      return null;
    }
    if (!this.isFree(clientId)) return null;
    this.count += 1;
    const id = String(this.count);
    this.ids.set(clientId, id);
    this.clientIds.set(id, clientId);
    this.asked = { id: clientId, payload };
    return JSON.stringify({ id, type: MessageType.Subscribe, payload: NOTHING_ASKED });
  }

  private end(id: string): string | undefined {
    const clientId = this.clientIds.get(id);
    this.clientIds.delete(id);
    if (clientId !== undefined) this.ids.delete(clientId);
    return clientId;
  }
}
