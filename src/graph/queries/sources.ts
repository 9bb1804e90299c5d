import { Args, Ctx, Query, Resolver } from "type-graphql";

import type { InstanceFilter as Filter, PageArguments } from "#services";
import { always, declareArgs, declareInput, orNull, ProviderEnum } from "../declarations/index.ts";
import { type Connection, connect, declareConnection, type Optional, PAGE_ARGUMENTS, present } from "../lists/index.ts";
import type { GraphContext } from "../operation/index.ts";
import { Instance, requireSource, requireText, SOURCE_WORDS, SourceState, type SourceWords } from "../sources/index.ts";

/** Which servers are meant. */
const InstanceFilter = declareInput<Optional<Filter>>(
  "InstanceFilter",
  "Which servers are meant. Fields are joined by and; a list means any of its members, at most 500, and an empty one matches nothing.",
  {
    nameContains: orNull(String, "Only servers whose name holds this, in any case."),
    instanceIdIn: orNull([String], "Only servers with one of these ids."),
    osTypeIn: orNull([String], "Only servers with one of these kinds of operating system, as `linux`, in any case."),
    providerIn: orNull([ProviderEnum], "Only servers of these products."),
    regionIdIn: orNull([String], "Only servers in these regions."),
    accountIn: orNull([String], "Only servers of these accounts, by alias."),
  },
);

interface InstancesArgs extends PageArguments {
  readonly filter?: Optional<Filter> | null;
}

const InstancesArgs = declareArgs<InstancesArgs>({
  ...PAGE_ARGUMENTS,
  filter: orNull(InstanceFilter, "Which servers are meant; all if left out."),
});

interface InstanceArgs extends SourceWords {
  readonly instanceId: string | undefined;
}

const InstanceArgs = declareArgs<InstanceArgs>({
  ...SOURCE_WORDS,
  instanceId: always(String, "The upstream's id of the server."),
});

/** Pages of servers. */
const InstanceConnection = declareConnection({
  name: "Instance",
  row: Instance,
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
