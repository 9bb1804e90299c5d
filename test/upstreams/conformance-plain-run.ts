import type { Invocation, InvocationResult } from "#domain";
import type { InvocationInput } from "../support/emulator/index.ts";
import { CREATED, type Stage } from "./conformance-stage.ts";
import { instanceInvocation, invocation, output, result } from "./stub.ts";

const STARTED = "2026-01-02T03:00:01.000Z";
const FINISHED = "2026-01-02T03:00:03.000Z";

/** The parts of a run that went well on one instance and not on the other. */
export interface PlainRun {
  readonly input: InvocationInput;
  results(): readonly InvocationResult[];
  run(): Invocation;
}

/** What an emulator is told of the run, and what an adapter is to make of it. */
export function createPlainRun(stage: Stage): PlainRun {
  const { product, first, second } = stage;
  const input: InvocationInput = {
    invokeId: "t-1",
    commandId: "c-1",
    commandName: "demo",
    content: "echo 你好\n",
    creationTime: CREATED,
    instances: [first, { instanceId: second, status: "Failed", exitCode: 2, output: "no\n", errorInfo: "it failed" }],
  };

  function plainResults(): readonly InvocationResult[] {
    const common = { commandId: "c-1", startTime: STARTED, finishTime: FINISHED, username: "root" };
    return [
      result(stage.end.source, "t-1", first, {
        ...common,
        status: "SUCCESS",
        rawStatus: "Success",
        exitCode: 0,
        output: output("ok\n", product.droppedBytes),
        ...product.resultExtras,
      }),
      result(stage.end.source, "t-1", second, {
        ...common,
        status: "FAILED",
        rawStatus: "Failed",
        exitCode: 2,
        error: { code: "ExitCodeNonzero", info: "it failed" },
        output: output("no\n", product.droppedBytes),
        ...product.resultExtras,
      }),
    ];
  }

  function plainRun() {
    return invocation(stage.end.source, "t-1", {
      command: {
        commandId: "c-1",
        name: "demo",
        description: null,
        type: "RUN_SHELL_SCRIPT",
        content: Buffer.from("echo 你好\n"),
      },
      status: "PARTIAL_FAILED",
      rawStatus: "PartialFailed",
      creationTime: CREATED,
      timeoutSeconds: 60,
      username: "root",
      workingDir: "/root",
      ...product.runExtras,
      instances: plainResults().map(({ execution: _execution, ...rest }) =>
        instanceInvocation(stage.end.source, "t-1", rest.instanceId, {
          ...rest,
          creationTime: CREATED,
          ...product.instanceExtras,
        }),
      ),
    });
  }

  return { input, results: plainResults, run: plainRun };
}
