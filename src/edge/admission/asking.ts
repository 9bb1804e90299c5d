import { createHash } from "node:crypto";
import type { Socket } from "node:net";

import type { Access, AuditRecord, Caller } from "#access";

/** What an access file says, as the edge needs it. */
export type EdgeAccess = Pick<Access, "gate" | "limits" | "audit" | "signIn">;

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
