import { Field, InputType } from "type-graphql";

import {
  type CommandType,
  type InvocationFilter as Filter,
  InputError,
  type InstanceInvocationStatus,
  type Instant,
  type InvocationStatus,
  type Provider,
  type TagQuery,
} from "#domain";
import type { ResultFilter, Services } from "#services";
import { CommandTypeEnum, InstanceInvocationStatusEnum, InvocationStatusEnum, ProviderEnum } from "./enums.ts";
import { DateTime, SafeInt } from "./scalars.ts";
import { requireSource } from "./source-lookup.ts";
import { checkTags } from "./tag-rules.ts";

/** Members as clients give them: absent or null says the same. */
export type Optional<Shape> = { readonly [Member in keyof Shape]?: Shape[Member] | null };

/** A label that a run has to carry. */
@InputType("TagFilter", { description: "A label that a run has to carry." })
export class TagFilter {
  @Field(() => String, {
    description: "What the label is about: at most 64 characters that do not begin with `aliyun` or `acs:`.",
  })
  readonly key: string | undefined;

  @Field(() => String, { nullable: true, description: "What it says, at most 128 characters; any value if left out." })
  readonly value?: string | null;
}

const OWN =
  "No upstream has this filter: runs are read within the operation's budget, and the cursor goes on behind them.";

/** Which runs of all sources are meant. */
@InputType("InvocationFilter", {
  description:
    "Which runs are meant. Fields are joined by and; a list means any of its members, an empty list matches nothing.",
})
export class InvocationFilter implements Optional<Omit<Filter, "tags" | "instanceKeyIn">> {
  @Field(() => [ProviderEnum], { nullable: true, description: "Only runs of these products." })
  readonly providerIn?: readonly Provider[] | null;

  @Field(() => [String], { nullable: true, description: "Only runs in these regions." })
  readonly regionIdIn?: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: "Only runs of these accounts, by alias." })
  readonly accountIn?: readonly string[] | null;

  @Field(() => [InvocationStatusEnum], { nullable: true, description: "Only runs in one of these states." })
  readonly statusIn?: readonly InvocationStatus[] | null;

  @Field(() => String, { nullable: true, description: "Only the run with this id." })
  readonly invokeId?: string | null;

  @Field(() => String, { nullable: true, description: "Only runs of the command with this id." })
  readonly commandId?: string | null;

  @Field(() => String, { nullable: true, description: "Only runs of commands with this name." })
  readonly commandName?: string | null;

  @Field(() => CommandTypeEnum, { nullable: true, description: "Only runs of this kind of script." })
  readonly commandType?: CommandType | null;

  @Field(() => String, { nullable: true, description: "Only runs that touched the instance with this id." })
  readonly instanceId?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Only runs with a schedule, or only those without." })
  readonly timed?: boolean | null;

  @Field(() => [TagFilter], {
    nullable: true,
    description: "Only runs that carry all of these labels: at most 20, each key once. ECS alone has them.",
  })
  readonly tags?: readonly TagFilter[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Only runs that were started with this resource group. ECS alone has them.",
  })
  readonly resourceGroupId?: string | null;

  @Field(() => DateTime, { nullable: true, description: "Only runs handed in at this instant or later." })
  readonly createdAfter?: Instant | null;

  @Field(() => DateTime, { nullable: true, description: "Only runs handed in before this instant." })
  readonly createdBefore?: Instant | null;

  @Field(() => [InstanceInvocationStatusEnum], {
    nullable: true,
    description: `Only runs with an instance in one of these states, also while the run goes on. ${OWN}`,
  })
  readonly instanceStatusIn?: readonly InstanceInvocationStatus[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Only runs that touched a server whose name holds this, in any case. Costs one call for 100 servers of a source, once a " +
      `minute; servers that are gone have no name. ${OWN}`,
  })
  readonly instanceNameContains?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `Only runs of commands whose name holds this, in any case. ${OWN}`,
  })
  readonly commandNameContains?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: `Only runs with an instance that failed with one of these of the vendor's codes, as \`ClientNotRunning\`. ${OWN}`,
  })
  readonly errorCodeIn?: readonly string[] | null;

  @Field(() => [SafeInt], {
    nullable: true,
    description: `Only runs with an instance whose script ended with one of these exit codes. ${OWN}`,
  })
  readonly exitCodeIn?: readonly number[] | null;

  @Field(() => DateTime, {
    nullable: true,
    description: `Only runs that were over at this instant or later; not those whose end is not known. ${OWN}`,
  })
  readonly finishedAfter?: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description: `Only runs that were over before this instant; not those whose end is not known. ${OWN}`,
  })
  readonly finishedBefore?: Instant | null;

  @Field(() => [String], {
    nullable: true,
    description: `Only runs with one of these repeat modes, in the vendor's words, as \`Once\` or \`Period\`. ${OWN}`,
  })
  readonly repeatModeIn?: readonly string[] | null;
}

/** Which results are meant; they all come from one source. */
@InputType("InvocationResultFilter", {
  description: "Which results are meant. At least one of invokeId, instanceId and commandId has to be given.",
})
export class InvocationResultFilter {
  @Field(() => ProviderEnum, { description: "The product." })
  readonly provider: Provider | undefined;

  @Field(() => String, { description: "The region's id, as `cn-hangzhou`." })
  readonly regionId: string | undefined;

  @Field(() => String, {
    nullable: true,
    description: "Alias of the account; may be left out where only one has this region.",
  })
  readonly account?: string | null;

  @Field(() => String, { nullable: true, description: "Only results of the run with this id." })
  readonly invokeId?: string | null;

  @Field(() => String, { nullable: true, description: "Only results on the instance with this id." })
  readonly instanceId?: string | null;

  @Field(() => String, { nullable: true, description: "Only results of the command with this id." })
  readonly commandId?: string | null;

  @Field(() => [InstanceInvocationStatusEnum], { nullable: true, description: "Only results in one of these states." })
  readonly statusIn?: readonly InstanceInvocationStatus[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Every execution of a repeated command instead of the latest only. Needs `invokeId`.",
  })
  readonly includeHistory?: boolean | null;
}

/**
 * The domain's filter; what is null restricts as little as what is left out.
 * @throws InputError `BAD_USER_INPUT` for a blank text, which no run can match and an upstream could take for no filter, and for
 * labels that no run can bear
 */
export function toInvocationFilter(filter: InvocationFilter | null | undefined): Filter {
  const { tags, ...rest } = filter ?? {};
  const restricting = present<Omit<Filter, "tags">>(rest);
  if (tags == null) return restricting;
  // The vendor has labels that say nothing.
  const labels = tags.map(({ key = "", value }): TagQuery => ({ key, ...(value == null ? {} : { value }) }));
  checkTags(labels);
  return { ...restricting, tags: labels };
}

/**
 * The filter of results, with its source found.
 * @throws InputError `BAD_USER_INPUT` for an unknown account or region, a blank text, or where all three ids are missing
 */
export function toResultFilter(input: InvocationResultFilter, services: Services): ResultFilter {
  const { provider, regionId, account, ...rest } = input;
  const filter = present<Omit<ResultFilter, "source">>(rest);
  if (filter.invokeId === undefined && filter.instanceId === undefined && filter.commandId === undefined) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`filter`: expected at least one of `invokeId`, `instanceId` and `commandId`, got none.",
      "filter",
    );
  }
  return { source: requireSource(services, { provider, regionId, account }), ...filter };
}

/** The members that restrict. @throws InputError `BAD_USER_INPUT` for a blank text */
export function present<Shape extends object>(input: Optional<Shape>): Shape {
  const members = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of members) {
    if (typeof value === "string" && value.trim() === "") {
      throw new InputError("BAD_USER_INPUT", `\`filter.${name}\`: expected a text, got a blank one.`, "filter");
    }
  }
  return Object.fromEntries(members) as Shape;
}
