import { Int, ObjectType } from "type-graphql";

import type { OutputChunk as Chunk } from "#services";
import { always, declareReads, Value } from "../declarations/index.ts";
import type { GuardedPlace } from "../operation/index.ts";
import { InstanceInvocation, invocationOf } from "../runs/index.ts";

/** What was printed since. */
@ObjectType("OutputChunk", { description: "What a run printed on one server since the last event of that server." })
export class OutputChunk {
  readonly #row: InstanceInvocation;

  constructor(private readonly record: Chunk) {
    this.#row = invocationOf(record.run).rowOf(record.execution, undefined);
  }

  /** What the rights to it depend on. */
  get guardedPlace(): GuardedPlace {
    const { source, invokeId, command } = this.record.run;
    return { source, invokeId, instanceId: this.record.execution.instanceId, commandName: command.name };
  }

  /** Of its text; for the audit. */
  get byteLength(): number {
    return Buffer.byteLength(this.record.text);
  }

  @Value(() => InstanceInvocation, { description: "Who printed it." })
  get instanceInvocation(): InstanceInvocation {
    return this.#row;
  }
}

declareReads<Chunk>(OutputChunk.prototype, {
  fromByte: always(Int, "How many of the output's bytes lie before it; 0 after a reset."),
  nextByte: always(Int, "How many of the output's bytes have been told; `fromByte` of who comes back."),
  text: always(String, "The text of these bytes; ends with a whole character. Empty if the end alone is told."),
  isReset: always(
    Boolean,
    "True if what was told before does not stand any more, since the upstream dropped bytes, it ran anew, or the bytes are of another charset than they seemed: drop it.",
  ),
  isFinal: always(Boolean, "True if it is over on this server: nothing of it follows."),
});
