import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Field, ID, Info, InputType, Query, Resolver } from "type-graphql";

import { InputError, type InvocationRef, UpstreamError } from "#domain";
import { fromGlobalId, Node } from "../declarations/index.ts";
import { type GraphContext, type Selection, selectionOf, VALUES_AN_ERROR } from "../operation/index.ts";
import { type Invocation, readConsoleAddress, readRun } from "../runs/index.ts";
import { Instance, requireText } from "../sources/index.ts";
import { readNode } from "./nodes.ts";

/** What a person has of a thing. */
@InputType("LookupInput", { description: "What is at hand of a run or a server: exactly one of these." })
class LookupInput {
  @Field(() => ID, { nullable: true, description: "An id that this gateway gave out, of anything." })
  readonly id?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The upstream's id of a run, as `t-…`. Every source is asked, at one call each, unless the run is known. If several sources have " +
      "such a run, it is `BAD_USER_INPUT`, and the message names each source with the `id` to look up instead.",
  })
  readonly invokeId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "An address of the vendor's console that names a run (`t-…`) or a server, as it stands in a browser. Only sources that fit " +
      "its product and region are asked.",
  })
  readonly consoleUrl?: string | null;
}

/** Finds one thing by whatever a person has. */
@Resolver()
export class LookupQueries {
  @Query(() => Node, {
    nullable: true,
    description: "One run or server by whatever is at hand; null if no source knows it.",
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
    if (name === "invokeId") {
      const invokeId = requireText("by.invokeId", value);
      const sources = context.services.listSources();
      return findRun(
        sources.map((source) => ({ source, invokeId })),
        selection.as("Invocation"),
        context,
      );
    }
    const { invokeId, instanceId, sources } = readConsoleAddress(value, context.services.listSources());
    if (invokeId === null) {
      return instanceId === null
        ? null
        : findServer(
            sources.map((source) => ({ source, instanceId })),
            context,
          );
    }
    return findRun(
      sources.map((source) => ({ source, invokeId })),
      selection.as("Invocation"),
      context,
    );
  }
}

/** @throws InputError `BAD_USER_INPUT` for none or several fields, which not every executor refuses */
function onlyOne(by: LookupInput): readonly [string, string] {
  const given = Object.entries(by).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const [only] = given;
  if (only !== undefined && given.length === 1 && only[1] !== null) return only;
  const got = given.length === 1 ? "null" : `${given.length}`;
  throw new InputError(
    "BAD_USER_INPUT",
    `\`by\`: expected exactly one of id, invokeId and consoleUrl, got ${got}.`,
    "by",
  );
}

async function findRun(
  refs: readonly InvocationRef[],
  selection: Selection,
  context: GraphContext,
): Promise<Invocation | null> {
  context.operation.meter.addForeignId?.();
  return onlyOneRun(await allFound(refs.map((ref) => readRun(ref, selection, context))));
}

/** How many runs of one id are named. */
const NAMED_MAX = 20;

/** @throws InputError `BAD_USER_INPUT` for several: none of them is likelier, and the wrong one would mislead */
function onlyOneRun(found: readonly Invocation[]): Invocation | null {
  if (found.length < 2) return found[0] ?? null;
  const named = found.slice(0, NAMED_MAX).map(({ id, guardedPlace: { source } }) => {
    return `${source.provider} ${source.regionId} ${source.account}: ${id}`;
  });
  const message = `\`by\`: expected what one source has, got a run of ${found.length}. Look one up by its id: ${named.join(", ")}.`;
  throw new InputError("BAD_USER_INPUT", message, "by");
}

async function findServer(
  refs: readonly { readonly source: InvocationRef["source"]; readonly instanceId: string }[],
  { loaders, operation }: GraphContext,
): Promise<Instance | null> {
  operation.meter.addForeignId?.();
  const [record] = await allFound(refs.map((ref) => loaders.instances.load(ref)));
  return record === undefined ? null : new Instance(record);
}

/** What they found. @throws the error of one that failed if none found anything: it may be there. */
async function allFound<Found>(searches: readonly Promise<Found | null>[]): Promise<readonly Found[]> {
  const ends = await Promise.allSettled(searches);
  const found = ends.flatMap((end) => (end.status === "fulfilled" && end.value !== null ? [end.value] : []));
  if (found.length > 0) return found;
  for (const end of ends) {
    const isElsewhere =
      end.status === "rejected" && end.reason instanceof UpstreamError && end.reason.code === "NOT_SUPPORTED";
    if (end.status === "rejected" && !isElsewhere) throw end.reason;
  }
  return [];
}
