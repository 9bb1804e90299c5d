import { GatewayError, type ResultsOfRunQuery } from "../client/index.ts";
import { type Context, salvage, tellCut } from "./context.ts";
import { readNames } from "./instances.ts";
import { type Source, tellFailures } from "./sources.ts";

/** A run of which results are known, and no record: it has no id of the gateway. */
export interface StrayRef extends Pick<Source, "provider" | "account" | "regionId"> {
  readonly invokeId: string;
}

type Result = NonNullable<NonNullable<ResultsOfRunQuery["invocationResults"]>["nodes"][number]>;

/** How the run went on one instance, and the name of its server if that was asked for. */
export type StrayRow = Result & { readonly instance: { readonly id: string; readonly name: string | null } | null };

/** The run as far as its results tell. */
export interface StrayRun extends StrayRef {
  /** `FINISHED` once every result is final: nobody tells the run's own state, so the instances say how it ended. */
  readonly status: "RUNNING" | "FINISHED";
  readonly isFinal: boolean;
  readonly isGoneUpstream: false;
  readonly statusCounts: readonly { readonly status: Result["status"]; readonly count: number }[];
  readonly rows: readonly StrayRow[];
}

/** What is wanted of results. */
export interface StrayProjection {
  readonly withOutput: boolean;
  readonly withNames: boolean;
}

const MAX_PAGES = 500;
const PAGE_SIZES = { withOutput: 20, without: 100 };

/** What a search for results found. */
export interface FoundStray {
  readonly refs: readonly StrayRef[];
  /** Why sources did not say whether they have any: to be told unless the run is found. */
  readonly failures: readonly GatewayError[];
}

/** Runs of this id that no list knows, but results; asks each source once. */
export async function findStray(
  { client }: Context,
  invokeId: string,
  sources: readonly Source[],
): Promise<FoundStray> {
  const failures: GatewayError[] = [];
  const found = await Promise.all(
    sources.map(async ({ provider, account, regionId }) => {
      const ref = { provider, account, regionId, invokeId };
      const question = client.resultsOfRun({ ...ref, withOutput: false, first: 1 });
      const answer = await question.catch((error: unknown) => {
        if (!(error instanceof GatewayError)) throw error;
        failures.push(error);
        return null;
      });
      return (answer?.invocationResults?.nodes.length ?? 0) > 0 ? [ref] : [];
    }),
  );
  return { refs: found.flat(), failures };
}

/** The run by its results, every page; null if there is none now. */
export async function readStray(
  context: Context,
  ref: StrayRef,
  { withOutput, withNames }: StrayProjection,
  signal?: AbortSignal,
): Promise<StrayRun | null> {
  const results: Result[] = [];
  const first = withOutput ? PAGE_SIZES.withOutput : PAGE_SIZES.without;
  let after: string | null = null;
  for (let page = 1; ; page += 1) {
    const question = context.client.resultsOfRun({ ...ref, withOutput, first, after }, {}, signal);
    const { invocationResults: read }: ResultsOfRunQuery = await salvage(context, question);
    results.push(...(read?.nodes.filter((node) => node !== null) ?? []));
    tellFailures(context, read?.sources ?? []);
    const { hasNextPage = false, endCursor = null } = read?.pageInfo ?? {};
    const isEnd = !hasNextPage || endCursor === null;
    if (!isEnd && page >= MAX_PAGES) tellCut(context, results.length, null);
    if (isEnd || page >= MAX_PAGES) break;
    after = endCursor;
  }
  if (results.length === 0) return null;
  const ids = results.map(({ instanceId }) => instanceId);
  const names = withNames ? await readNames(context, ids) : new Map<string, string>();
  return toRun(ref, results, names);
}

function toRun(ref: StrayRef, results: readonly Result[], names: ReadonlyMap<string, string>): StrayRun {
  const isFinal = results.every((one) => one.isFinal);
  const counts = new Map<Result["status"], number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  return {
    ...ref,
    status: isFinal ? "FINISHED" : "RUNNING",
    isFinal,
    isGoneUpstream: false,
    statusCounts: [...counts].map(([status, count]) => ({ status, count })),
    rows: results.map((one) => ({ ...one, instance: { id: "", name: names.get(one.instanceId) ?? null } })),
  };
}
