import { Args, ArgsType, Field, Int, ObjectType } from "type-graphql";

import { type Execution, type OutputGroup as Group, groupOutputs, type InstanceInvocationStatus } from "#domain";
import { readPageArguments } from "#services";
import { InstanceInvocationStatusEnum } from "./enums.ts";
import { InstanceInvocation } from "./instance-invocation.ts";
import { CommandOutput } from "./output.ts";
import { SafeInt } from "./scalars.ts";
import { Value } from "./value.ts";

/** How many of a short list are wanted. */
@ArgsType()
export class FirstArgs {
  @Field(() => Int, { nullable: true, description: "How many to give: 0 to 100, 20 if left out." })
  readonly first?: number | null;
}

type Member = Execution & { readonly row: InstanceInvocation };

/** Instances on which a run ended alike and printed the same. */
@ObjectType("OutputGroup", {
  description: "Instances on which a run ended alike and printed the same bytes: 297 said ok, 3 said something else.",
})
export class OutputGroup {
  readonly #output: CommandOutput | null;

  constructor(private readonly group: Group<Member>) {
    this.#output = group.output === null ? null : new CommandOutput(group.output);
  }

  @Value(() => CommandOutput, {
    nullable: true,
    description: "What each of them printed; null where that is nothing yet.",
  })
  get output(): CommandOutput | null {
    return this.#output;
  }

  @Value(() => InstanceInvocationStatusEnum, { description: "State of each of them." })
  get status(): InstanceInvocationStatus {
    return this.group.status;
  }

  @Value(() => SafeInt, { nullable: true, description: "Exit code of each of them; null until it is final." })
  get exitCode(): number | null {
    return this.group.exitCode;
  }

  @Value(() => Int, { description: "How many instances there are; at least 1." })
  get count(): number {
    return this.group.executions.length;
  }

  @Value(() => [String], { description: "Ids of all of them, in order." })
  get instanceIds(): readonly string[] {
    return this.group.executions.map((execution) => execution.instanceId);
  }

  /** Of all outputs together; for the audit. */
  get byteLength(): number {
    return (this.#output?.byteLength ?? 0) * this.group.executions.length;
  }

  @Field(() => [InstanceInvocation], { description: "The first of them, by instance id." })
  instanceInvocations(@Args(() => FirstArgs) args: FirstArgs): readonly InstanceInvocation[] {
    return firstOf(this.group.executions, args).map((execution) => execution.row);
  }
}

/**
 * Groups the rows of a run, largest group first.
 * @throws the error of the first row whose output could not be read: groups that leave out instances would mislead
 */
export function groupRows(rows: readonly InstanceInvocation[]): readonly OutputGroup[] {
  const members = rows.map((row) => {
    const execution = row.printed;
    if (execution instanceof Error) throw execution;
    return { ...execution, row };
  });
  return groupOutputs(members).map((group) => new OutputGroup(group));
}

/** The first of a short list, as many as were asked for. */
export function firstOf<Member>(members: readonly Member[], { first }: FirstArgs): readonly Member[] {
  return members.slice(0, readPageArguments({ first: first ?? null }).size);
}
