import type { GraphQLResolveInfo } from "graphql";
import { Args, ArgsType, Ctx, Field, Info, Int, ObjectType, Query, Resolver } from "type-graphql";

import type { Instant } from "#domain";
import type { FoundLine as Found, LineMatch, OutputMatches } from "#services";
import { DateTime, declareReads, toInstant, Value } from "../declarations/index.ts";
import { Connection, declareFields, InvocationFilter, rowsOf, toInvocationFilter } from "../lists/index.ts";
import { type GraphContext, type GuardedPlace, selectionOf } from "../operation/index.ts";
import { MATCH_MEMBERS, SearchWords } from "../results/index.ts";
import { kindsOf, needsByRights } from "../rights/index.ts";
import { InstanceInvocation, Invocation, type InvocationState, invocationOf, rowProjection } from "../runs/index.ts";

/** A line that matches, and who printed it. */
@ObjectType("FoundLine", { description: "A line of an output that matches, and who printed it." })
class FoundLine {
  readonly #row: InstanceInvocation;
  readonly record: LineMatch;
  /** What the rights to it depend on. */
  readonly guardedPlace: GuardedPlace;
  /** Of the line; for the audit. */
  readonly byteLength: number;

  constructor({ run, execution, match }: Found, row: InstanceInvocation) {
    this.record = match;
    this.#row = row;
    const { source, invokeId, command } = run;
    this.guardedPlace = { source, invokeId, instanceId: execution.instanceId, commandName: command.name };
    this.byteLength = Buffer.byteLength(match.line);
  }

  @Value(() => Invocation, { description: "The run that printed it." })
  get invocation(): InvocationState {
    return this.#row.invocation;
  }

  @Value(() => InstanceInvocation, { description: "The run on the server that printed it." })
  get instanceInvocation(): InstanceInvocation {
    return this.#row;
  }
}

declareReads<LineMatch>(FoundLine.prototype, MATCH_MEMBERS);

/** Pages of matches. */
@ObjectType("OutputMatchConnection", { description: "A page of lines that match." })
class OutputMatchConnection extends Connection<FoundLine> {
  constructor(
    private readonly matches: OutputMatches,
    rows: readonly FoundLine[],
  ) {
    super(matches, rows);
  }

  @Value(() => Int, { description: "How many outputs were gone through for this page." })
  get searchedOutputs(): number {
    return this.matches.searchedOutputs;
  }

  @Value(() => Int, {
    description: "How many outputs of the runs that were gone through nobody has read yet: they may match too.",
  })
  get missingOutputs(): number {
    return this.matches.missingOutputs;
  }

  @Value(() => DateTime, {
    nullable: true,
    description: "When the oldest run was handed in that was gone through for this page; null if none was.",
  })
  get searchedSince(): Instant | null {
    return toInstant(this.matches.searchedSince);
  }
}

declareFields(OutputMatchConnection.prototype, {
  name: "OutputMatch",
  row: () => FoundLine,
  plural: "lines that match",
  hasSources: true,
});

@ArgsType()
class SearchOutputsArgs extends SearchWords {
  @Field(() => InvocationFilter, { nullable: true, description: "Whose outputs are searched; all if left out." })
  readonly filter?: InvocationFilter | null;

  @Field(() => Int, { nullable: true, description: "How many matches to give: 0 to 100, 20 if left out." })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: "Go on behind this cursor of the same search." })
  readonly after?: string | null;
}

/** Who printed this. */
@Resolver()
export class SearchQueries {
  @Query(() => OutputMatchConnection, {
    nullable: true,
    description:
      "Lines of outputs that match, newest runs first, over what is known: costs no call for an output. Answers after 5 s with what it " +
      "has; `pageInfo.endCursor` goes on from there. At most 1,000 matches of one output are found.",
  })
  async searchOutputs(
    @Args(() => SearchOutputsArgs) { filter, ...search }: SearchOutputsArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<FoundLine>> {
    const { services, operation, view, guard } = context;
    const sources = services.listSources();
    if (sources.length > 0 && !sources.some((source) => view.rightsFor(source).possible.outputs)) {
      guard.refuse("outputs", null);
    }
    const page = await services.searchOutputs(search, toInvocationFilter(filter), operation);
    const needsOf = needsByRights(rowsOf(selectionOf(info))?.under("instanceInvocation") ?? null, rowProjection);
    const rows = await Promise.all(
      page.edges.map(async ({ node }) => {
        const needs = needsOf(kindsOf(node.run, context));
        const [row] = await invocationOf(node.run).loadRows([node.execution], needs, context);
        return new FoundLine(node, row ?? invocationOf(node.run).rowOf(node.execution, undefined));
      }),
    );
    for (const row of rows) guard.note("outputs", row.guardedPlace, row);
    return new OutputMatchConnection(page, rows);
  }
}
