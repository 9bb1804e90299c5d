import type { IncomingMessage } from "node:http";
import { GraphQLError } from "graphql";
import type { SubscribePayload } from "graphql-ws";

import type { Caller } from "#access";
import type { Admission } from "../admission/admission.ts";
import type { EdgeAccess } from "../admission/asking.ts";
import type { Clients } from "../admission/clients.ts";
import type { Gate } from "../documents/gate.ts";
import { refuseAbove } from "../errors/limits.ts";
import type { Readers } from "../http/readers.ts";
import { toGraphqlRequest } from "../http/request.ts";
import type { OperationMetrics } from "../telemetry/operation-metrics.ts";
import type { Asker, LiveOperation } from "./answer.ts";

/** What the transport needs besides the server's options. */
export interface WebSocketParts {
  readonly gate: Gate;
  readonly metrics: OperationMetrics;
  readonly clients: Clients;
  readonly access: EdgeAccess;
  readonly admission: Admission;
  readonly readers: Readers;
}

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
  { gate, admission }: WebSocketParts,
  { operations, recognise, payload, requestId }: Subscribing,
): Promise<(LiveOperation & { readonly caller: Caller }) | GraphQLError[]> {
  try {
    const caller = await recognise();
    admission.countOperation(caller);
    refuseAbove("connectionOperations", operations);
    const read = gate.admit(toGraphqlRequest(payload), requestId);
    admission.checkRows(caller, read.rows);
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
  { clients, access }: WebSocketParts,
  { socket }: IncomingMessage,
  who: Pick<Asker, "caller" | "recognise">,
): Asker {
  const client = clients.of(socket, who.caller);
  return { ...who, client, access, address: socket, transport: "websocket" };
}
