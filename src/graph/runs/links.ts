import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";

import type { AgentState as AgentRecord } from "#domain";
import type { PageArguments } from "#services";
import { type Connection, PageArgs, rowsOf } from "../lists/index.ts";
import { type GraphContext, giveInTurns, oncePerOperation, selectionOf, VALUES_AN_ERROR } from "../operation/index.ts";
import { AgentState, Instance } from "../sources/index.ts";
import { InstanceInvocation } from "./instance-invocation.ts";
import { connectRuns, Invocation, InvocationConnection, pageProjection } from "./invocation.ts";
import type { InvocationState } from "./state.ts";

/** The way back from a run on one instance; here, so that the files of the types stand in a line and not in a circle. */
@Resolver(() => InstanceInvocation)
export class InstanceInvocationLinks {
  @FieldResolver(() => Invocation, { nullable: true, description: "The run that this is a part of." })
  invocation(@Root() row: InstanceInvocation): InvocationState {
    return row.invocation;
  }
}

/** The way from a server to what ran on it. */
@Resolver(() => Instance)
export class InstanceLinks {
  @FieldResolver(() => AgentState, {
    nullable: true,
    description:
      "The Cloud Assistant agent there; null where the upstream does not tell. Costs one call for 50 servers.",
  })
  async agent(
    @Root() { record: { source, instanceId } }: Instance,
    @Ctx() { loaders }: GraphContext,
  ): Promise<AgentRecord | null> {
    return loaders.agents.load({ source, instanceId });
  }

  @FieldResolver(() => InvocationConnection, {
    nullable: true,
    description: "Runs that touched this server, newest first.",
  })
  async invocations(
    @Root() { record: { source, instanceId } }: Instance,
    @Args(() => PageArgs) args: PageArguments,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Invocation>> {
    const { services, operation } = context;
    const selection = selectionOf(info);
    const projection = pageProjection(selection);
    const { provider, regionId, account } = source;
    const filter = { providerIn: [provider], regionIdIn: [regionId], accountIn: [account], instanceId };
    // A page of runs on the same servers asks for the same thousands of times.
    const key = JSON.stringify([filter, args, projection]);
    const page = await oncePerOperation(operation, services, key, () =>
      services.pageInvocations(args, filter, projection, operation),
    );
    // All at once would hold the event loop before the first is refused.
    await giveInTurns(operation, VALUES_AN_ERROR, null);
    return connectRuns(page, rowsOf(selection), context);
  }
}
