import { Args, ArgsType, Ctx, Field, InputType, Query, Resolver } from "type-graphql";

import type { Provider } from "#domain";
import type { InstanceFilter as Filter } from "#services";
import { type Connection, connect, declareConnection, PageArgs } from "./connection.ts";
import type { GraphContext } from "./context.ts";
import { ProviderEnum } from "./enums.ts";
import { type Optional, present } from "./filter.ts";
import { Instance } from "./instance.ts";

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

/** Pages of servers. */
const InstanceConnection = declareConnection({
  name: "Instance",
  row: () => Instance,
  plural: "servers",
  hasSources: true,
});

/** Servers without knowing their ids. */
@Resolver()
export class ServerQueries {
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
