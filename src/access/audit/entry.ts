import type { Caller } from "../rights/index.ts";

/** Which operation is written down. */
export interface AuditedOperation {
  readonly caller: Pick<Caller, "id" | "name" | "knownBy">;
  readonly address: string;
  /** `http`, `websocket`, `event-stream`, `export`. */
  readonly transport: string;
  readonly requestId: string;
  /** Null for an operation without a name. */
  readonly operationName: string | null;
  /** SHA-256 of the document. */
  readonly operationHash: string;
}

/** One run, or one of its executions, that something was read of. */
export interface Handout {
  readonly kind: "commands" | "outputs";
  /** The run, as `ECS/production/cn-hangzhou/t-1`. */
  readonly run: string;
  /** Null for what belongs to the whole run. */
  readonly instanceId: string | null;
  /** Bytes of the text that left. */
  readonly bytes: number;
}

/** One line of the audit. Never holds what was read. */
export interface AuditLine extends Omit<AuditedOperation, "caller"> {
  readonly time: string;
  readonly caller: string;
  readonly callerId: string;
  readonly knownBy: string;
  readonly outcome: "allowed" | "refused";
  /** Kinds that were read; if refused, those that were asked for and not given. */
  readonly kinds: readonly string[];
  /** At most 100. */
  readonly runs: readonly string[];
  readonly runCount: number;
  readonly instances: readonly string[];
  readonly instanceCount: number;
  readonly bytes: number;
}
