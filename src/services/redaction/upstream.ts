import type { Redactor } from "#access";
import type { InvocationResult } from "#domain";
import { PartialResultsError, type ResultList, type ResultListQuery, type Upstream } from "#upstreams";
import { redactExecution, redactRun } from "./records.ts";

/** An upstream whose records come with their secrets hidden, so that nothing beyond it ever holds them. */
export function redactUpstream(upstream: Upstream, redactor: () => Redactor): Upstream {
  const hideInAll = async <Value>(values: readonly Value[], hide: (value: Value) => Promise<Value>) => {
    const hidden: Value[] = [];
    for (const value of values) hidden.push(await hide(value));
    return hidden;
  };
  const hideInRuns = (runs: Parameters<typeof redactRun>[0][] | readonly Parameters<typeof redactRun>[0][]) =>
    hideInAll(runs, (run) => redactRun(run, redactor()));
  const hideInResults = (results: readonly InvocationResult[]) =>
    hideInAll(results, (result) => redactExecution(result, redactor()));
  const { openResultList, listedOutputs } = upstream;
  return {
    ...upstream,
    async openLists(query, projection, operation) {
      const lists = await upstream.openLists(query, projection, operation);
      return lists.map((list) => ({
        ...list,
        async read(place, shared) {
          const page = await list.read(place, shared);
          return { ...page, runs: await hideInRuns(page.runs) };
        },
      }));
    },
    async readInvocation(...asked) {
      const run = await upstream.readInvocation(...asked);
      return run === null ? null : redactRun(run, redactor());
    },
    listedOutputs: listedOutputs && {
      ...listedOutputs,
      async recall(...asked) {
        const recalled = await listedOutputs.recall(...asked);
        return hideInAll(recalled, async (one) => ({ ...one, run: await redactRun(one.run, redactor()) }));
      },
    },
    async readResults(...asked) {
      try {
        return await hideInResults(await upstream.readResults(...asked));
      } catch (error) {
        if (!(error instanceof PartialResultsError)) throw error;
        throw new PartialResultsError(error, await hideInResults(error.results));
      }
    },
    ...(openResultList === undefined
      ? {}
      : {
          openResultList(query: ResultListQuery): ResultList {
            const list = openResultList(query);
            return {
              ...list,
              async read(...asked) {
                const page = await list.read(...asked);
                return { ...page, results: await hideInResults(page.results) };
              },
            };
          },
        }),
  };
}
