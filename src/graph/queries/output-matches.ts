import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, Info, Int, ObjectType, Query, Resolver } from "type-graphql";

import type { Instant } from "#domain";
import type { FoundLine as Found, LineMatch, OutputMatches } from "#services";
import { always, DateTime, declareArgs, declareShape, orNull, toInstant, Value } from "../declarations/index.ts";
import { Connection, declareFields, InvocationFilter, rowsOf, toInvocationFilter } from "../lists/index.ts";
import { type GraphContext, type GuardedPlace, selectionOf } from "../operation/index.ts";
import { MATCH_MEMBERS, type OutputSearch, SEARCH_WORDS } from "../results/index.ts";
import { kindsOf, needsByRights } from "../rights/index.ts";
import { InstanceInvocation, Invocation, type InvocationState, invocationOf, rowProjection } from "../runs/index.ts";

/** A line that matches, and who printed it. */
interface FoundLine extends LineMatch {
  readonly invocation: InvocationState;
  readonly instanceInvocation: InstanceInvocation;
  /** What the rights to it depend on. */
  readonly guardedPlace: GuardedPlace;
  /** Of the line; for the audit. */
  readonly byteLength: number;
}

const FoundLine = declareShape<FoundLine>("FoundLine", "A line of an output that matches, and who printed it.", {
  invocation: always(Invocation, "The run that printed it."),
  instanceInvocation: always(InstanceInvocation, "The run on the server that printed it."),
  ...MATCH_MEMBERS,
});

function toFoundLine({ run, execution, match }: Found, row: InstanceInvocation): FoundLine {
  const { source, invokeId, command } = run;
  return {
    ...match,
    invocation: row.invocation,
    instanceInvocation: row,
    guardedPlace: { source, invokeId, instanceId: execution.instanceId, commandName: command.name },
    byteLength: Buffer.byteLength(match.line),
  };
}

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
  row: FoundLine,
  plural: "lines that match",
  hasSources: true,
});

interface SearchOutputsArgs extends OutputSearch {
  readonly filter?: InvocationFilter | null;
}

const SearchOutputsArgs = declareArgs<SearchOutputsArgs>({
  ...SEARCH_WORDS,
  filter: orNull(InvocationFilter, "Whose outputs are searched; all if left out."),
  first: orNull(Int, "How many matches to give: 0 to 100, 20 if left out."),
  after: orNull(String, "Go on behind this cursor of the same search."),
});

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
        return toFoundLine(node, row ?? invocationOf(node.run).rowOf(node.execution, undefined));
      }),
    );
    for (const row of rows) guard.note("outputs", row.guardedPlace, row);
    return new OutputMatchConnection(page, rows);
  }
}
