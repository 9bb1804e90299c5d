import { type IncomingMessage, STATUS_CODES } from "node:http";
import { MessageType } from "graphql-ws";
import type { WebSocket } from "ws";

import { type Gate, isLong } from "../documents/index.ts";
import { RefusalError, refusalAbove, toErrorResponse } from "../errors/index.ts";
import { isWelcome, LONG_BODY, toGraphqlRequest } from "../http/index.ts";
import type { LiveOptions } from "./live-parts.ts";
import type { Messages } from "./websocket-messages.ts";

const TOO_LARGE = 1009;

/** Refuses the operation that a message asks for; where it asks for none there is nobody to tell, and the connection ends. */
export function refuseMessage(
  { socket, messages }: { readonly socket: WebSocket; readonly messages: Messages },
  text: string,
  refusal: RefusalError,
): void {
  const id = operationOf(text);
  if (id === null) socket.close(TOO_LARGE, refusal.message);
  else if (messages.isFree(id)) {
    socket.send(JSON.stringify({ id, type: MessageType.Error, payload: [toErrorResponse(refusal).formatted] }));
  }
}

/** Why a connection cannot be had, being one of so many; null where it can. */
export function refusalOf(
  request: IncomingMessage,
  { corsOrigins, maxWebSockets }: Pick<LiveOptions, "corsOrigins" | "maxWebSockets">,
  connections: number,
): RefusalError | null {
  // Browsers let any page open a WebSocket anywhere and say where the page came from; programs say nothing.
  if (isWelcome(request, corsOrigins)) return refusalAbove("connections", connections, maxWebSockets);
  return new RefusalError(403, "BAD_REQUEST", "Pages of this origin may not open a WebSocket here.");
}

const INTERNAL_ERROR = 4500;

/** Closes a connection whose caller is not let in, with the code that the protocol has for it: 4401 for one who is not known. */
export function closeRefused(socket: WebSocket, error: unknown): void {
  if (error instanceof RefusalError) socket.close(4000 + error.status, STATUS_CODES[error.status]);
  else socket.close(INTERNAL_ERROR, "Internal error");
}

const SERVERS_OWN: readonly unknown[] = [MessageType.ConnectionAck, MessageType.Next, MessageType.Error];

/** True for a message that only a server sends: the protocol's library takes it for a fault of ours if a client sends it. */
export function isServersOwn(text: string): boolean {
  return SERVERS_OWN.includes(readMessage(text).type);
}

/** True for a message with a document that takes some milliseconds to be read. */
export function isHeavy(text: string, gate: Gate): boolean {
  if (text.length > LONG_BODY) return true;
  const payload = isLong(text) ? readMessage(text).payload : null;
  return typeof payload === "object" && payload !== null && gate.isHeavy(toGraphqlRequest(payload));
}

function operationOf(text: string): string | null {
  const { id, type } = readMessage(text);
  return type === MessageType.Subscribe && typeof id === "string" ? id : null;
}

function readMessage(text: string): { readonly id?: unknown; readonly type?: unknown; readonly payload?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
