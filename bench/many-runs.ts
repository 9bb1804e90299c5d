import type { Invocation } from "#domain";
import { at, itemOf, outputOf, runAt } from "../test/store/records.ts";

/** How many runs are made. */
export const RUNS = Number(process.env.RUNS ?? 10_000);
/** Servers of each. */
export const EXECUTIONS = 10;
/** Lines that the first server of each run prints, of 15 bytes each; LINES=400 makes 600 MB of 100,000 runs. */
const LINES = Number(process.env.LINES ?? 60);

/** What few servers say, and one code of them just one in the middle. */
const failure = (n: number) => ({
  status: "FAILED" as const,
  exitCode: 1,
  error: { code: n === RUNS / 2 ? "DiskFull" : "ExecutionTimeout", info: null },
  finishTime: at(n + 60),
});

/** The run of this number: one more is a second younger. */
export function runOf(n: number): Invocation {
  const invokeId = `t-${n}`;
  const command = {
    commandId: `c-${n % 50}`,
    name: `job ${n % 50}`,
    description: null,
    type: null,
    content: undefined,
  };
  const instances = Array.from({ length: EXECUTIONS }, (_, i) =>
    itemOf({
      invokeId,
      instanceId: `i-${(n + i) % 300}`,
      ...(i === 0 && n % 100 === 0 ? failure(n) : { finishTime: at(n + 5) }),
      output: outputOf(i === 0 ? `line of ${n}\n`.repeat(LINES) : `ok ${i}`),
    }),
  );
  return runAt(n, invokeId, { command, instances, status: n % 100 === 0 ? "FAILED" : "SUCCESS" });
}
