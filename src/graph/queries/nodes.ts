import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Query, Resolver } from "type-graphql";

import { badInput, fromGlobalId, Node } from "../declarations/index.ts";
import { type GraphContext, selectionOf, VALUES_AN_ERROR } from "../operation/index.ts";
import { readEach, readNode } from "./read-nodes.ts";

const MAX_IDS = 100;

/** Refetching by global id. */
@Resolver()
export class NodeQueries {
  @Query(() => Node, {
    nullable: true,
    description: "Anything by its id; null where it is gone.",
    complexity: VALUES_AN_ERROR,
  })
  async node(
    @Arg("id", () => ID, { description: "An id that this gateway gave out." }) id: string,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Node | null> {
    return readNode(fromGlobalId(id), selectionOf(info), context);
  }

  @Query(() => [Node], {
    nullable: "items",
    description: "Several things by their ids: at most 100; same order and length as asked, null for what is gone.",
    complexity: VALUES_AN_ERROR,
  })
  async nodes(
    @Arg("ids", () => [ID], { description: "Ids that this gateway gave out; one may occur more than once." })
    ids: readonly string[],
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<readonly (Node | null | Error)[]> {
    if (ids.length > MAX_IDS) throw badInput("ids", `at most ${MAX_IDS} ids`, ids.length);
    return readEach(ids, (id) => fromGlobalId(id, "ids"), selectionOf(info), context);
  }
}
