import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, Field, Info, ObjectType } from "type-graphql";

import {
  failureRank,
  type InstanceInvocation as InstanceRecord,
  type Invocation as InvocationRecord,
  type InvocationRef,
  isShownInPart,
  type Projection,
  sourceKey,
} from "#domain";
import { type Answer, type Page, type PageProjection, readPageArguments } from "#services";
import { Node, toGlobalId, Value } from "../declarations/index.ts";
import {
  Connection,
  compareText,
  cutPage,
  declareConnection,
  listByName,
  type MemoryList,
  openPage,
  rowsOf,
} from "../lists/index.ts";
import {
  type GraphContext,
  giveInTurns,
  inOrder,
  oncePerOperation,
  oncePerPlace,
  type Selection,
  selectionOf,
  workInParts,
} from "../operation/index.ts";
import { kindsOf, needsByRights } from "../rights/index.ts";
import { countStatuses, StatusCount, type StatusCounted } from "./command.ts";
import {
  InstanceInvocation,
  InstanceInvocationConnection,
  InstanceInvocationsArgs,
  isLacking,
  type RowProjection,
  type RowResult,
  rowProjection,
} from "./instance-invocation.ts";
import { agreeing, type RunNeeds, settleRun, settleRuns, VALUES_A_LOAD } from "./outcomes.ts";
import {
  firstOf,
  groupRows,
  groupSimilarRows,
  type LoadRows,
  OutputGroup,
  OutputGroupsArgs,
  withUnnamed,
} from "./output-group.ts";
import { serverWordsOf } from "./server-words.ts";
import { InvocationSettings } from "./settings.ts";

/** To group what a run printed takes as much memory and time as so many leaf values: it may have run on hundreds of servers. */
const VALUES_A_GROUPING = 300;
/** To choose an instance, and to put it in its place, takes as long as to make so many leaf values. */
const VALUES_A_CHOICE = 2;

const WHOLE: RowProjection = { output: true, details: true };

/** One run of a command on one or many instances. */
@ObjectType("Invocation", { implements: Node, description: "One run of a command on one or many instances." })
export class Invocation extends InvocationSettings {
  // By what each was made with, so that no row keeps a result that the cache has let go.
  readonly #made = new WeakMap<object, InstanceInvocation>();
  #id: string | undefined;
  #byInstance: ReadonlyMap<string, InstanceRecord> | undefined;
  #all: MemoryList<InstanceRecord> | undefined;
  #statusCounts: readonly StatusCounted[] | undefined;

  override get id(): string {
    this.#id ??= toGlobalId({ type: "Invocation", source: this.record.source, invokeId: this.record.invokeId });
    return this.#id;
  }

  @Value(() => [StatusCount], {
    description:
      "How many instances are in each state; states that do not occur are left out. Instances that cannot be shown are `UNKNOWN`. A run of a list of one instance's runs may have others, which are not counted: then `totalCount` of `instanceInvocations` is null.",
  })
  get statusCounts(): readonly StatusCounted[] {
    this.#statusCounts ??= countStatuses(this.record.instances, this.record.missingInstances ?? 0);
    return this.#statusCounts;
  }

  @Field(() => InstanceInvocationConnection, {
    nullable: true,
    description: "The run on each instance, by instance id.",
  })
  instanceInvocations(
    @Args(() => InstanceInvocationsArgs) args: InstanceInvocationsArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Connection<InstanceInvocation> | Promise<Connection<InstanceInvocation>> {
    // To choose and to order them takes as long for no row as for all.
    const work = VALUES_A_CHOICE * this.record.instances.length;
    const turn = isAll(args) ? null : giveInTurns(context.operation, work, null);
    return turn === null ? this.pageOf(args, context, info) : turn.then(() => this.pageOf(args, context, info));
  }

  private pageOf(
    args: InstanceInvocationsArgs,
    context: GraphContext,
    info: GraphQLResolveInfo,
  ): Connection<InstanceInvocation> | Promise<Connection<InstanceInvocation>> {
    const opened = openPage(() => this.purposeOf(args), args, context.sealer);
    const page = cutPage(this.listOf(args), opened, context.sealer);
    const needsOf = oncePerPlace(info, () => needsByRights(rowsOf(selectionOf(info)), rowProjection));
    const rows = this.loadRows(page.nodes, needsOf(kindsOf(this.record, context)), context);
    return rows instanceof Promise ? rows.then((ready) => new Connection(page, ready)) : new Connection(page, rows);
  }

  @Field(() => [OutputGroup], {
    nullable: true,
    description:
      "What the instances said, identical outputs together, largest group first. Reads the output of every instance of the run.",
    complexity: VALUES_A_GROUPING,
  })
  async outputGroups(
    @Args(() => OutputGroupsArgs) args: OutputGroupsArgs,
    @Ctx() context: GraphContext,
  ): Promise<readonly OutputGroup[]> {
    readPageArguments({ first: args.first ?? null });
    const isSimilar = args.similar === true;
    const groups = await oncePerOperation(context.operation, this, `outputGroups ${isSimilar}`, () =>
      this.groupOutputs(isSimilar, context),
    );
    return firstOf(groups, args);
  }

  private async groupOutputs(isSimilar: boolean, context: GraphContext): Promise<readonly OutputGroup[]> {
    const { operation } = context;
    const load: LoadRows = async (records) => this.loadRows(records, WHOLE, context);
    const records = this.all.rows;
    const words = isSimilar ? serverWordsOf(context) : null;
    await words?.load(records);
    // What waits for an upstream is asked for together; what is there is read and gone through one run after the other, since it takes megabytes.
    const read = records.some((one) => isLacking(one, WHOLE)) ? await load(records) : null;
    const grouped = await inOrder(operation, async () => {
      operation.signal.throwIfAborted();
      const rows = read ?? (await load(records));
      const wordsOf = (instanceId: string) => words?.of({ source: this.record.source, instanceId }) ?? [];
      const parts = isSimilar ? groupSimilarRows(rows, records, wordsOf, load) : groupRows(rows, records, load);
      return workInParts(operation, parts);
    });
    return withUnnamed(grouped, this.record.missingInstances ?? 0);
  }

  /** The run on one instance, null where it did not run there; for resolvers. */
  recordOf(instanceId: string): InstanceRecord | null {
    this.#byInstance ??= new Map(this.record.instances.map((record) => [record.instanceId, record]));
    return this.#byInstance.get(instanceId) ?? null;
  }

  /**
   * The row of one of its instances; for resolvers. One object as long as nothing else was loaded for it, so that what it
   * worked out serves other operations too.
   */
  rowOf(record: InstanceRecord, loaded: RowResult): InstanceInvocation {
    const key = loaded ?? record;
    const known = this.#made.get(key);
    if (known?.isMadeWith(record, loaded)) return known;
    const row = new InstanceInvocation(record, this, loaded);
    this.#made.set(key, row);
    return row;
  }

  /**
   * Rows of some of its instances; for resolvers. Loads in one batch what the selection needs and the records do not hold, and
   * waits only then; every field of a row can be read at once.
   */
  loadRows(
    records: readonly InstanceRecord[],
    needs: RowProjection,
    context: GraphContext,
  ): InstanceInvocation[] | Promise<InstanceInvocation[]> {
    const isKept = needs.output && records.some(({ keptOutput }) => keptOutput !== undefined);
    return isKept ? this.loadKept(records, needs, context) : this.loadLacking(records, needs, context);
  }

  /** The same for records whose outputs were left out. @throws what reading these met */
  private async loadKept(
    records: readonly InstanceRecord[],
    needs: RowProjection,
    context: GraphContext,
  ): Promise<InstanceInvocation[]> {
    const kept = records.filter(({ keptOutput }) => keptOutput !== undefined);
    await giveInTurns(context.operation, kept.length * VALUES_A_LOAD, null);
    const answers = await context.loaders.outputs.loadMany(kept);
    const told = new Map(kept.map((record, index) => [record, withOutput(record, answers[index] ?? null)]));
    return this.loadLacking(
      records.map((record) => told.get(record) ?? record),
      needs,
      context,
    );
  }

  private loadLacking(
    records: readonly InstanceRecord[],
    needs: RowProjection,
    { loaders, operation }: GraphContext,
  ): InstanceInvocation[] | Promise<InstanceInvocation[]> {
    const lacking = records.filter((record) => isLacking(record, needs));
    if (lacking.length === 0) return records.map((record) => this.rowOf(record, undefined));
    const load = () => loaders.latestResults(lacking, { output: needs.output, content: false });
    const turn = giveInTurns(operation, lacking.length * VALUES_A_LOAD, null);
    return (turn === null ? load() : turn.then(load)).then((answers) => {
      const loaded = new Map(
        lacking.map((record, index) => {
          const answer = answers[index] ?? null;
          return [record, answer === null || answer instanceof Error ? answer : agreeing(record, answer)];
        }),
      );
      return records.map((record) => this.rowOf(record, loaded.get(record)));
    });
  }

  private get all(): MemoryList<InstanceRecord> {
    this.#all ??= listByName(
      [...this.record.instances].sort((a, b) => compareText(a.instanceId, b.instanceId)),
      ({ instanceId }) => instanceId,
      isShownInPart(this.record),
    );
    return this.#all;
  }

  private listOf(args: InstanceInvocationsArgs): MemoryList<InstanceRecord> {
    if (isAll(args)) return this.all;
    const { statusIn, orderBy } = args;
    const isInOrder = orderBy !== "FAILURES_FIRST";
    const { isPartial } = this.all;
    const rows = this.all.rows.filter(({ status }) => statusIn?.includes(status) ?? true);
    if (isInOrder) return listByName(rows, ({ instanceId }) => instanceId, isPartial);
    return listByName(
      // Within a rank they stay in the order of their ids.
      rows.toSorted((a, b) => failureRank(a.status) - failureRank(b.status)),
      ({ status, instanceId }) => `${failureRank(status)}${instanceId}`,
      isPartial,
    );
  }

  private purposeOf({ statusIn, orderBy }: InstanceInvocationsArgs): string {
    const filter = statusIn == null ? "*" : [...new Set(statusIn)].sort(compareText).join(",");
    const order = orderBy === "FAILURES_FIRST" ? [orderBy] : [];
    return ["instanceInvocations", sourceKey(this.record.source), this.record.invokeId, filter, ...order].join("\n");
  }
}

/** The record with what was kept; as one that lacks it if that was let go of meanwhile. @throws why it could not be read */
function withOutput(
  { keptOutput: _kept, ...record }: InstanceRecord,
  answer: Answer<Pick<InstanceRecord, "output">>,
): InstanceRecord {
  if (answer instanceof Error) throw answer;
  return { ...record, output: answer?.output };
}

function isAll({ statusIn, orderBy }: InstanceInvocationsArgs): boolean {
  return statusIn == null && orderBy !== "FAILURES_FIRST";
}

const known = new WeakMap<InvocationRecord, Invocation>();

/** What a record becomes: one object as long as the record lives, so that what it worked out serves other operations too. */
export function invocationOf(record: InvocationRecord): Invocation {
  const made = known.get(record) ?? new Invocation(record);
  known.set(record, made);
  return made;
}

/** One run with what the selection needs, null where there is none. */
export async function readRun(
  { source, invokeId }: InvocationRef,
  run: Selection,
  context: GraphContext,
): Promise<Invocation | null> {
  const record = await context.loaders.invocations.load({ source, invokeId, projection: invocationProjection(run) });
  return record === null ? null : invocationOf(await settleRun(record, needsByRights(run, runNeeds), context));
}

/** The runs of a page become what clients see. */
export async function connectRuns(
  page: Page<InvocationRecord>,
  run: Selection | null,
  context: GraphContext,
): Promise<Connection<Invocation>> {
  const records = page.edges.map((edge) => edge.node);
  return new Connection(page, await connectRecords(records, run, context));
}

/** Runs become what clients see, with what the selection needs. */
export async function connectRecords(
  records: readonly InvocationRecord[],
  run: Selection | null,
  context: GraphContext,
): Promise<readonly Invocation[]> {
  return (await settleRuns(records, needsByRights(run, runNeeds), context)).map(invocationOf);
}

/** What a selection of a run needs of it and its rows, beyond what every list tells. */
export function runNeeds(run: Selection | null): RunNeeds {
  const { output, details } = rowProjection(rowsOf(run?.under("instanceInvocations") ?? null));
  const isGrouped = run?.hasAny("outputGroups") ?? false;
  return {
    output: output || isGrouped,
    details: details || isGrouped,
    times: run?.hasAny("finishTime", "durationMs") ?? false,
  };
}

/** Pages of runs. */
export const InvocationConnection = declareConnection({
  name: "Invocation",
  row: Invocation,
  plural: "runs",
  hasSources: true,
});

/** What a selection of a page of runs needs beyond what every list tells. */
export function pageProjection(connection: Selection): Projection & Pick<PageProjection, "totalCount"> {
  return { ...invocationProjection(rowsOf(connection)), totalCount: connection.hasAny("totalCount") };
}

/** What a selection of a run needs beyond what every list tells. */
export function invocationProjection(run: Selection | null): Projection {
  const rows = rowsOf(run?.under("instanceInvocations") ?? null);
  return {
    output: rowProjection(rows).output || (run?.hasAny("outputGroups") ?? false),
    content: run?.under("command")?.hasAny("content", "contentBase64") ?? false,
  };
}
