import { Int, ObjectType } from "type-graphql";

import {
  type Command as CommandRecord,
  type CommandType,
  decodeOutput,
  type Execution,
  INSTANCE_INVOCATION_STATUSES,
  type InstanceInvocationStatus,
  type Tag as TagRecord,
} from "#domain";
import { CommandTypeEnum, InstanceInvocationStatusEnum } from "./enums.ts";
import type { Guarded } from "./guards.ts";
import type { GuardedPlace } from "./kind-guard.ts";
import { Base64 } from "./scalars.ts";
import { Value } from "./value.ts";

/** The command that a run executed. */
@ObjectType("Command", { description: "The command that a run executed, as it was at that time." })
export class Command implements Guarded {
  #content: string | null | undefined;

  /** @param guardedPlace the run that it belongs to */
  constructor(
    private readonly record: CommandRecord,
    readonly guardedPlace: GuardedPlace,
  ) {}

  @Value(() => String, { nullable: true, description: "Id of the command; null where it was not kept." })
  get commandId(): string | null {
    return this.record.commandId;
  }

  @Value(() => String, { nullable: true, description: "The name that people gave it." })
  get name(): string | null {
    return this.record.name;
  }

  @Value(() => String, { nullable: true, description: "What people wrote about it." })
  get description(): string | null {
    return this.record.description;
  }

  @Value(() => CommandTypeEnum, { nullable: true, description: "What kind of script it holds." })
  get type(): CommandType | null {
    return this.record.type;
  }

  @Value(() => String, { nullable: true, description: "The script as text." })
  get content(): string | null {
    if (this.#content === undefined) {
      this.#content = this.record.content == null ? null : decodeOutput(this.record.content).text;
    }
    return this.#content;
  }

  @Value(() => Base64, { nullable: true, description: "The script's bytes." })
  get contentBase64(): Uint8Array | null {
    return this.record.content ?? null;
  }
}

/** A label of a run. */
@ObjectType("Tag", { description: "A label that people put on a run." })
export class Tag {
  constructor(private readonly record: TagRecord) {}

  @Value(() => String, { description: "What the label is about." })
  get key(): string {
    return this.record.key;
  }

  @Value(() => String, { description: "What it says; may be empty." })
  get value(): string {
    return this.record.value;
  }
}

/** How many instances of a run are in one state. */
@ObjectType("StatusCount", { description: "How many instances of a run are in one state." })
export class StatusCount {
  constructor(
    private readonly state: InstanceInvocationStatus,
    private readonly instances: number,
  ) {}

  @Value(() => InstanceInvocationStatusEnum, { description: "The state." })
  get status(): InstanceInvocationStatus {
    return this.state;
  }

  @Value(() => Int, { description: "How many instances are in it; never 0." })
  get count(): number {
    return this.instances;
  }
}

/** How many instances are in each state, in the order of the schema, without the states that do not occur. */
export function countStatuses(instances: readonly Pick<Execution, "status">[]): readonly StatusCount[] {
  const counts = new Map<InstanceInvocationStatus, number>();
  for (const { status } of instances) counts.set(status, (counts.get(status) ?? 0) + 1);
  return INSTANCE_INVOCATION_STATUSES.flatMap((status) => {
    const count = counts.get(status);
    return count === undefined ? [] : [new StatusCount(status, count)];
  });
}
