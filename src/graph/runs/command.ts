import { Ctx, Field, Int, ObjectType } from "type-graphql";

import {
  type Command as CommandRecord,
  decodeOutput,
  type Execution,
  INSTANCE_INVOCATION_STATUSES,
  type InstanceInvocationStatus,
  type Tag as TagRecord,
} from "#domain";
import { unitsToDecode } from "#services";
import {
  always,
  Base64,
  CommandTypeEnum,
  declareReads,
  declareShape,
  InstanceInvocationStatusEnum,
  LONG_TEXT,
  orNull,
  Value,
} from "../declarations/index.ts";
import { type GraphContext, type Guarded, type GuardedPlace, oncePerOperation, workInOne } from "../operation/index.ts";

/** The command that a run executed. */
@ObjectType("Command", { description: "The command that a run executed, as it was at that time." })
export class Command implements Guarded {
  #content: string | undefined;

  /** @param guardedPlace the run that it belongs to */
  constructor(
    private readonly record: CommandRecord,
    readonly guardedPlace: GuardedPlace,
  ) {}

  @Field(() => String, { nullable: true, description: "The script as text.", complexity: LONG_TEXT })
  content(@Ctx() { operation }: GraphContext): string | null | Promise<string> {
    const bytes = this.record.content;
    if (bytes == null) return null;
    // To decode it may take many times a turn, as an output may.
    return (
      this.#content ??
      oncePerOperation(operation, this, "content", () => {
        operation.meter.addReading?.("decodedBytes", bytes.byteLength);
        return workInOne(operation, unitsToDecode(bytes), () => this.decode(bytes));
      })
    );
  }

  @Value(() => Base64, { nullable: true, description: "The script's bytes.", complexity: LONG_TEXT })
  get contentBase64(): Uint8Array | null {
    return this.record.content ?? null;
  }

  private decode(bytes: Uint8Array): string {
    this.#content ??= decodeOutput(bytes).text;
    return this.#content;
  }
}

declareReads<CommandRecord>(Command.prototype, {
  commandId: orNull(String, "Id of the command; null where it was not kept."),
  name: orNull(String, "The name that people gave it."),
  description: orNull(String, "What people wrote about it."),
  type: orNull(CommandTypeEnum, "What kind of script it holds."),
});

/** A label of a run. */
export const Tag = declareShape<TagRecord>("Tag", "A label that people put on a run.", {
  key: always(String, "What the label is about."),
  value: always(String, "What it says; may be empty."),
});

/** How many instances of a run are in one state. */
export interface StatusCounted {
  readonly status: InstanceInvocationStatus;
  readonly count: number;
}

/** How many instances of a run are in one state. */
export const StatusCount = declareShape<StatusCounted>("StatusCount", "How many instances of a run are in one state.", {
  status: always(InstanceInvocationStatusEnum, "The state."),
  count: always(Int, "How many instances are in it; never 0."),
});

/**
 * How many instances are in each state, in the order of the schema, without the states that do not occur.
 * @param missing how many others there are of which nothing is known
 */
export function countStatuses(
  instances: readonly Pick<Execution, "status">[],
  missing: number,
): readonly StatusCounted[] {
  const counts = new Map<InstanceInvocationStatus, number>(missing > 0 ? [["UNKNOWN", missing]] : []);
  for (const { status } of instances) counts.set(status, (counts.get(status) ?? 0) + 1);
  return INSTANCE_INVOCATION_STATUSES.flatMap((status) => {
    const count = counts.get(status);
    return count === undefined ? [] : [{ status, count }];
  });
}
