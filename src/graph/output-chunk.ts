import { Int, ObjectType } from "type-graphql";

import type { OutputChunk as Chunk } from "#services";
import { InstanceInvocation } from "./instance-invocation.ts";
import { invocationOf } from "./invocation.ts";
import type { GuardedPlace } from "./kind-guard.ts";
import { Value } from "./value.ts";

/** What was printed since. */
@ObjectType("OutputChunk", { description: "What a run printed on one server since the last event of that server." })
export class OutputChunk {
  readonly #row: InstanceInvocation;

  constructor(private readonly chunk: Chunk) {
    this.#row = invocationOf(chunk.run).rowOf(chunk.execution, undefined);
  }

  /** What the rights to it depend on. */
  get guardedPlace(): GuardedPlace {
    const { source, invokeId, command } = this.chunk.run;
    return { source, invokeId, instanceId: this.chunk.execution.instanceId, commandName: command.name };
  }

  /** Of its text; for the audit. */
  get byteLength(): number {
    return Buffer.byteLength(this.chunk.text);
  }

  @Value(() => InstanceInvocation, { description: "Who printed it." })
  get instanceInvocation(): InstanceInvocation {
    return this.#row;
  }

  @Value(() => Int, { description: "How many of the output's bytes lie before it; 0 after a reset." })
  get fromByte(): number {
    return this.chunk.fromByte;
  }

  @Value(() => Int, { description: "How many of the output's bytes have been told; `fromByte` of who comes back." })
  get nextByte(): number {
    return this.chunk.nextByte;
  }

  @Value(() => String, {
    description: "The text of these bytes; ends with a whole character. Empty if the end alone is told.",
  })
  get text(): string {
    return this.chunk.text;
  }

  @Value(() => Boolean, {
    description:
      "True if what was told before does not stand any more, since the upstream dropped bytes or it ran anew: drop it.",
  })
  get isReset(): boolean {
    return this.chunk.isReset;
  }

  @Value(() => Boolean, { description: "True if it is over on this server: nothing of it follows." })
  get isFinal(): boolean {
    return this.chunk.isFinal;
  }
}
