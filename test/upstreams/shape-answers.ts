import { createBench, ECS, EVERYTHING, NOTHING, output, result } from "./stub.ts";

/** A record of a run. */
export const RUN = { InvokeId: "t-1", InvocationStatus: "Success" };
/** A record of a result, and the result that it is. */
export const RECORD = { InstanceId: "i-1", InvocationStatus: "Success", ExitCode: 0, Output: "b2sK" };
export const EXPECTED = result(ECS, "t-1", "i-1", {
  status: "SUCCESS",
  rawStatus: "Success",
  exitCode: 0,
  output: output("ok\n"),
});

/** The results of an answer. */
export function readResults(body: object) {
  const { upstream, operation } = createBench("ECS", () => body);
  return upstream.readResults({ invokeId: "t-1", includeHistory: false }, EVERYTHING, operation);
}

// The list of one instance is opened without the calls that find out whether a list hides scheduled runs.
const ONE_INSTANCE = { instanceId: "i-1" };

/** The first page of runs of an answer. */
export async function readRuns(body: object, provider: "ECS" | "SWAS" = "ECS", query: object = ONE_INSTANCE) {
  const bench = createBench(provider, () => body);
  const [list] = await bench.upstream.openLists(query, NOTHING, bench.operation);
  const page = await list?.read(null, bench.operation);
  return { ...bench, page, items: page?.runs ?? [] };
}
