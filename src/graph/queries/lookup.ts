import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Query, Resolver } from "type-graphql";

import { isLackOfOffer, type Source, UpstreamError } from "#domain";
import { badInput, declareInput, fromGlobalId, Node, orNull } from "../declarations/index.ts";
import { type GraphContext, type Selection, selectionOf, VALUES_AN_ERROR } from "../operation/index.ts";
import { type Invocation, readConsoleAddress, readRun } from "../runs/index.ts";
import { Instance, requireText } from "../sources/index.ts";
import { countForeign, readNode } from "./read-nodes.ts";

/** What a person has of a thing. */
interface LookupInput {
  readonly id?: string | null;
  readonly invokeId?: string | null;
  readonly consoleUrl?: string | null;
}

const LookupInput = declareInput<LookupInput>(
  "LookupInput",
  "What is at hand of a run or a server: exactly one of these.",
  {
    id: orNull(ID, "An id that this gateway gave out, of anything."),
    invokeId: orNull(
      String,
      "The upstream's id of a run, as `t-…`. Every source is asked, at one call each, unless the run is known. If several sources have " +
        "such a run, it is `BAD_USER_INPUT`, and the message names each source with the `id` to look up instead.",
    ),
    consoleUrl: orNull(
      String,
      "An address of the vendor's console that names a run (`t-…`) or a server, as it stands in a browser. Only sources that fit " +
        "its product and region are asked.",
    ),
  },
);

/** Finds one thing by whatever a person has. */
@Resolver()
export class LookupQueries {
  @Query(() => Node, {
    nullable: true,
    description:
      "One run or server by whatever is at hand; null if no source knows it. An error if none knows it and one that may have it cannot be read.",
    complexity: VALUES_AN_ERROR,
  })
  async lookup(
    @Arg("by", () => LookupInput, { description: "What is at hand: exactly one of its fields." }) by: LookupInput,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Node | null> {
    const [name, value] = onlyOne(by);
    const selection = selectionOf(info);
    if (name === "id") return readNode(fromGlobalId(value, "by.id"), selection, context);
    const configured = context.services.listSources();
    const { invokeId, instanceId, sources } =
      name === "invokeId"
        ? { invokeId: requireText("by.invokeId", value), instanceId: null, sources: configured }
        : readConsoleAddress(value, configured);
    if (invokeId !== null) return findRun(sources, invokeId, selection.as("Invocation"), context);
    return instanceId === null ? null : findServer(sources, instanceId, context);
  }
}

/** @throws InputError `BAD_USER_INPUT` for none or several fields, which not every executor refuses */
function onlyOne(by: LookupInput): readonly [string, string] {
  const given = Object.entries(by).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const [only] = given;
  if (only !== undefined && given.length === 1 && only[1] !== null) return only;
  const got = given.length === 1 ? "null" : `${given.length}`;
  throw badInput("by", "exactly one of id, invokeId and consoleUrl", got);
}

async function findRun(
  sources: readonly Source[],
  invokeId: string,
  selection: Selection,
  context: GraphContext,
): Promise<Invocation | null> {
  await countForeign(
    sources.map((source) => ({ source, invokeId })),
    context,
  );
  return onlyOneRun(await allFound(sources.map((source) => readRun({ source, invokeId }, selection, context))));
}

/** How many runs of one id are named. */
const NAMED_MAX = 20;

/** @throws InputError `BAD_USER_INPUT` for several: none of them is likelier, and the wrong one would mislead */
function onlyOneRun(found: readonly Invocation[]): Invocation | null {
  if (found.length < 2) return found[0] ?? null;
  const named = found.slice(0, NAMED_MAX).map(({ id, guardedPlace: { source } }) => {
    return `${source.provider} ${source.regionId} ${source.account}: ${id}`;
  });
  throw badInput("by", "what one source has", `a run of ${found.length}. Look one up by its id: ${named.join(", ")}`);
}

async function findServer(
  sources: readonly Source[],
  instanceId: string,
  { loaders, operation }: GraphContext,
): Promise<Instance | null> {
  operation.meter.addForeignId?.();
  const [record] = await allFound(sources.map((source) => loaders.instances.load({ source, instanceId })));
  return record === undefined ? null : new Instance(record);
}

/**
 * What they found.
 * @throws UpstreamError of one that failed if none found anything: it may be there. A source that never offered such a thing has none.
 */
async function allFound<Found>(searches: readonly Promise<Found | null>[]): Promise<readonly Found[]> {
  const ends = await Promise.allSettled(searches);
  const found = ends.flatMap((end) => (end.status === "fulfilled" && end.value !== null ? [end.value] : []));
  if (found.length > 0) return found;
  for (const end of ends) {
    if (end.status === "rejected" && !isElsewhere(end.reason)) throw end.reason;
  }
  return [];
}

function isElsewhere(error: unknown): boolean {
  return error instanceof UpstreamError && isLackOfOffer(error) && error.wasOffered !== true;
}
