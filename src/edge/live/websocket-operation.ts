import type { IncomingMessage } from "node:http";
import { GraphQLError } from "graphql";
import type { SubscribePayload } from "graphql-ws";

import type { Caller } from "#access";
import type { PreparedOperation } from "../documents/index.ts";
import { refuseAbove } from "../errors/index.ts";
import { toGraphqlRequest } from "../http/index.ts";
import type { Asker } from "./answer.ts";
import type { LiveParts } from "./live-parts.ts";

/** One message that asks for an operation. */
export interface Subscribing {
  /** Of this connection, this one included. */
  readonly operations: number;
  readonly recognise: Asker["recognise"];
  readonly payload: SubscribePayload;
  readonly requestId: string;
}

/** Lets the caller in, counts and measures; the errors if anything of that refuses. */
export async function prepare(
  { gate, admission }: LiveParts,
  { operations, recognise, payload, requestId }: Subscribing,
): Promise<(PreparedOperation & { readonly caller: Caller }) | GraphQLError[]> {
  try {
    const caller = await recognise();
    admission.countOperation(caller);
    refuseAbove("connectionOperations", operations);
    const read = gate.admit(toGraphqlRequest(payload), requestId);
    admission.checkRows(caller, read.size.rows);
    const prepared = gate.prepare(read, requestId);
    return "document" in prepared ? { ...prepared, caller } : [...prepared];
  } catch (error) {
    return [
      error instanceof GraphQLError ? error : new GraphQLError("Internal error", { originalError: error as Error }),
    ];
  }
}

/** Who asks on a connection that carries many operations. */
export function toAsker(
  { clients, access, readers }: LiveParts,
  { socket }: IncomingMessage,
  who: Pick<Asker, "caller" | "recognise">,
): Asker {
  const client = clients.of(socket, who.caller);
  return { ...who, client, access, readers, address: socket, transport: "websocket" };
}
