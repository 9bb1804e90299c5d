import { Args, ArgsType, Ctx, Field, InputType, Query, Resolver } from "type-graphql";

import type { Provider } from "#domain";
import type { InstanceFilter as Filter } from "#services";
import { ProviderEnum } from "../declarations/index.ts";
import { type Connection, connect, declareConnection, type Optional, PageArgs, present } from "../lists/index.ts";
import type { GraphContext } from "../operation/index.ts";
import { Instance, requireSource, requireText, SourceArgs, SourceState } from "../sources/index.ts";

/** Which servers are meant. */
@InputType("InstanceFilter", {
  description:
    "Which servers are meant. Fields are joined by and; a list means any of its members, an empty list matches nothing.",
})
class InstanceFilter implements Optional<Filter> {
  @Field(() => String, { nullable: true, description: "Only servers whose name holds this, in any case." })
  readonly nameContains?: string | null;

  @Field(() => [String], { nullable: true, description: "Only servers with one of these ids." })
  readonly instanceIdIn?: readonly string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: "Only servers with one of these kinds of operating system, as `linux`, in any case.",
  })
  readonly osTypeIn?: readonly string[] | null;

  @Field(() => [ProviderEnum], { nullable: true, description: "Only servers of these products." })
  readonly providerIn?: readonly Provider[] | null;

  @Field(() => [String], { nullable: true, description: "Only servers in these regions." })
  readonly regionIdIn?: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: "Only servers of these accounts, by alias." })
  readonly accountIn?: readonly string[] | null;
}

@ArgsType()
class InstancesArgs extends PageArgs {
  @Field(() => InstanceFilter, { nullable: true, description: "Which servers are meant; all if left out." })
  readonly filter?: InstanceFilter | null;
}

@ArgsType()
class InstanceArgs extends SourceArgs {
  @Field(() => String, { description: "The upstream's id of the server." })
  readonly instanceId: string | undefined;
}

/** Pages of servers. */
const InstanceConnection = declareConnection({
  name: "Instance",
  row: () => Instance,
  plural: "servers",
  hasSources: true,
});

/** Where the gateway reads from, and the servers there. */
@Resolver()
export class SourceQueries {
  @Query(() => Instance, {
    nullable: true,
    description: "One server by the upstream's own ids; null where it does not exist.",
  })
  async instance(
    @Args(() => InstanceArgs) { instanceId = "", ...words }: InstanceArgs,
    @Ctx() { services, loaders }: GraphContext,
  ): Promise<Instance | null> {
    const source = requireSource(services, words);
    const record = await loaders.instances.load({ source, instanceId: requireText("instanceId", instanceId) });
    return record === null ? null : new Instance(record);
  }

  @Query(() => [SourceState], {
    nullable: true,
    description:
      "Every place the gateway reads from, and how it fared when it was last asked. Costs no upstream call; ok until proven " +
      "otherwise.",
  })
  async sources(@Ctx() { services }: GraphContext): Promise<readonly SourceState[]> {
    return (await services.sources()).map((state) => new SourceState(state));
  }

  @Query(() => InstanceConnection, {
    nullable: true,
    description:
      "Servers of every source in one list, by source and then by id. Costs one call for 100 servers of a source, once a minute.",
  })
  async instances(
    @Args(() => InstancesArgs) { filter, ...args }: InstancesArgs,
    @Ctx() { services, operation }: GraphContext,
  ): Promise<Connection<Instance>> {
    const page = await services.pageInstances(args, present<Filter>({ ...filter }), operation);
    return connect(page, (record) => new Instance(record));
  }
}
