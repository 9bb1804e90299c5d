import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, Field, Info, ObjectType } from "type-graphql";

import {
  type Execution as ExecutionRecord,
  type InstanceInvocation as InstanceInvocationRecord,
  type InstanceInvocationStatus,
  type Instant,
  lacksOutput,
  type Source,
  sourceKey,
} from "#domain";
import { type Answer, type PageArguments, type PageSourceState, type ShownResults, toSourceFailure } from "#services";
import {
  DateTime,
  declareArgs,
  declareSource,
  type InstanceInvocationOrder,
  InstanceInvocationOrderEnum,
  InstanceInvocationStatusEnum,
  Node,
  orNull,
  toGlobalId,
  Value,
} from "../declarations/index.ts";
import {
  type Connection,
  connect,
  cutPage,
  declareConnection,
  openPage,
  PAGE_ARGUMENTS,
  PageArgs,
  rowsOf,
} from "../lists/index.ts";
import { type GraphContext, giveInTurns, type Selection, selectionOf, VALUES_AN_ERROR } from "../operation/index.ts";
import {
  Execution,
  InvocationResult,
  InvocationResultConnection,
  type OrError,
  resultOf,
  wantsOutput,
} from "../results/index.ts";
import { Instance } from "../sources/index.ts";
import { historyList } from "./history.ts";
import type { InvocationState } from "./state.ts";

/** What was loaded for a row; undefined where its run's own record tells enough. */
export type RowResult = Answer<ResultRecord> | undefined;

type ResultRecord = ExecutionRecord & { readonly execution: string | null };

/** One run on one instance. */
@ObjectType("InstanceInvocation", { implements: Node, description: "One run on one instance: its latest state there." })
export class InstanceInvocation extends Execution {
  /** The run that it is a part of. */
  readonly invocation: InvocationState;
  readonly #latest: InstanceInvocationRecord;
  readonly #loaded: RowResult;
  #result: InvocationResult | undefined;
  #id: string | undefined;

  /** @param loaded the result, where the selection needs more of it than the run's own record tells */
  constructor(record: InstanceInvocationRecord, invocation: InvocationState, loaded?: RowResult) {
    super(record);
    this.#latest = record;
    this.invocation = invocation;
    this.#loaded = loaded;
  }

  override get id(): string {
    if (this.#id !== undefined) return this.#id;
    const { source, invokeId, instanceId } = this.record;
    this.#id = toGlobalId({ type: "InstanceInvocation", source, invokeId, instanceId });
    return this.#id;
  }

  @Field(() => Instance, { nullable: true, description: "The server; null where it is gone." })
  async instance(@Ctx() context: GraphContext): Promise<Instance | null> {
    const { source, instanceId } = this.record;
    const instance = await context.loaders.instances.load({ source, instanceId });
    return instance === null ? null : new Instance(instance);
  }

  @Value(() => DateTime, { nullable: true, description: "When the run was handed in for this instance." })
  get creationTime(): Instant | null {
    return this.#latest.creationTime;
  }

  @Value(() => DateTime, { nullable: true, description: "When its state last changed." })
  get updateTime(): Instant | null {
    return this.#latest.updateTime;
  }

  @Value(() => InvocationResult, {
    nullable: true,
    description: "The latest result. Free of charge until its `output` is selected.",
  })
  get result(): OrError<InvocationResult | null> {
    const loaded = this.#loaded;
    if (loaded instanceof Error && !this.#latest.isComplete) return loaded;
    this.#result ??=
      loaded instanceof Error ? new InvocationResult(this.#latest, null, loaded) : resultOf(loaded ?? this.#latest);
    return this.#result;
  }

  @Field(() => InvocationResultConnection, {
    nullable: true,
    description: "Every execution of a repeated command, newest first.",
  })
  async history(
    @Args(() => PageArgs) args: PageArguments,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<InvocationResult>> {
    const { source, invokeId, instanceId } = this.record;
    const page = openPage(() => ["history", sourceKey(source), invokeId, instanceId].join("\n"), args, context.sealer);
    const projection = { output: wantsOutput(rowsOf(selectionOf(info))), content: false };
    const found = await context.loaders.histories.load({ source, invokeId, instanceId, projection });
    const history: ShownResults = found ?? { all: [], isWhole: true };
    // All histories of an operation come at once, ten thousand of them, and each is a page to make.
    await giveInTurns(context.operation, VALUES_AN_ERROR, null);
    const states = selectionOf(info).hasAny("sources") ? await statesOf(source, context) : [];
    const refusal = history.refusal === undefined ? null : toSourceFailure(history.refusal);
    const sources = states.map(({ error, isComplete, ...one }) => {
      return { ...one, error: error ?? refusal, isComplete: isComplete && history.isWhole };
    });
    return connect(
      { ...cutPage(historyList(history), page, context.sealer), sources, isScanComplete: history.isWhole },
      (result) => new InvocationResult(result, result.execution, result.unread),
    );
  }

  /** True for a row that was made with this very record and result. */
  isMadeWith(record: InstanceInvocationRecord, loaded: RowResult): boolean {
    return this.#latest === record && this.#loaded === loaded;
  }

  /** The execution with what it printed, as far as that was loaded; for resolvers. */
  get printed(): OrError<ExecutionRecord> {
    return this.#loaded ?? this.#latest;
  }

  protected override get details(): OrError<ExecutionRecord> {
    return this.#latest.isComplete ? this.#latest : (this.#loaded ?? this.#latest);
  }
}

declareSource(InstanceInvocation.prototype);

/** Which of a run's instances are wanted. */
export interface InstanceInvocationsArgs extends PageArguments {
  readonly statusIn?: readonly InstanceInvocationStatus[] | null;
  readonly orderBy?: InstanceInvocationOrder | null;
}

/** Which of a run's instances are wanted. */
export const InstanceInvocationsArgs = declareArgs<InstanceInvocationsArgs>({
  ...PAGE_ARGUMENTS,
  statusIn: orNull(
    [InstanceInvocationStatusEnum],
    "Only instances in one of these states; an empty list matches none.",
  ),
  orderBy: orNull(InstanceInvocationOrderEnum, "In which order; INSTANCE_ID if left out. Costs nothing."),
});

/** Pages of a run's instances. */
export const InstanceInvocationConnection = declareConnection({
  name: "InstanceInvocation",
  row: InstanceInvocation,
  plural: "runs on one instance each",
  hasSources: false,
});

/** What a selection needs of each row beyond the run's own record. */
export interface RowProjection {
  readonly output: boolean;
  /** Times, exit code, error: what a bare record does not tell. */
  readonly details: boolean;
}

const DETAILS = ["startTime", "finishTime", "stopTime", "durationMs", "exitCode", "error", "repeats"] as const;
const RESULT_DETAILS = [...DETAILS, "commandId", "username", "ossDelivery"] as const;

/** Reads from a selection of rows what must be loaded for them. */
export function rowProjection(rows: Selection | null): RowProjection {
  const result = rows?.under("result") ?? null;
  return {
    output: wantsOutput(result),
    details: (rows?.hasAny(...DETAILS) ?? false) || (result?.hasAny(...RESULT_DETAILS) ?? false),
  };
}

async function statesOf(source: Source, { services }: GraphContext): Promise<readonly PageSourceState[]> {
  return (await services.sources()).filter((state) => sourceKey(state.source) === sourceKey(source));
}

/** True if the needs ask for more of a row than its run's own record tells. */
export function isLacking(record: InstanceInvocationRecord, needs: RowProjection): boolean {
  return (needs.output && lacksOutput(record)) || (needs.details && !record.isComplete);
}
