import { createHash } from "node:crypto";
import type { Socket } from "node:net";

import {
  type Audit,
  type AuditRecord,
  type Caller,
  createOpenGate,
  createRateLimits,
  type Gate,
  NO_LIMITS,
  type RateLimits,
  type SignInIssuer,
} from "#access";
import type { Clock } from "#domain";

/** What an access file says, as the edge needs it. */
export interface EdgeAccess {
  readonly gate: Pick<Gate, "authenticate">;
  readonly limits: RateLimits;
  /** Null if nothing is written down. */
  readonly audit: Audit | null;
  /** Where people can sign in at the moment; nowhere if empty. */
  signIn(): readonly SignInIssuer[];
}

/** Who asks for one operation or gets one event, and what is written down of it. */
export interface Asking {
  readonly caller: Caller;
  readonly audit: AuditRecord;
  /** Id of the last event that a client got which comes back; absent on transports without ids, and if it got none. */
  readonly lastEventId?: string;
}

/** What the audit tells of an operation besides its caller; name and document may become known only while it runs. */
export interface AskedOperation {
  readonly transport: "http" | "websocket" | "event-stream" | "export" | "mcp";
  readonly requestId: string;
  readonly address: Pick<Socket, "remoteAddress">;
  readonly operationName: string | null;
  readonly document: string;
}

const NOTHING_NOTED: AuditRecord = { handOut: () => {}, refuse: () => {}, end: () => {} };

/** Everybody, everything, and nothing written down. */
export function createOpenAccess(clock: Clock): EdgeAccess {
  const limits = createRateLimits({ default: NO_LIMITS, byName: new Map() }, clock);
  return { gate: createOpenGate(), limits, audit: null, signIn: () => [] };
}

/** Begins to note what one operation, or one event, hands out. End the record once the answer is made. */
export function beginAsking({ audit }: EdgeAccess, caller: Caller, asked: AskedOperation): Asking {
  if (audit === null) return { caller, audit: NOTHING_NOTED };
  const { transport, requestId } = asked;
  const record = audit.begin({
    caller,
    address: asked.address.remoteAddress ?? "",
    transport,
    requestId,
    get operationName() {
      return asked.operationName;
    },
    get operationHash() {
      return createHash("sha256").update(asked.document).digest("hex");
    },
  });
  return { caller, audit: record };
}
