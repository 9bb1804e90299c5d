import { type InstanceInvocation, type Invocation, type Source, type SourceErrorCode, UpstreamError } from "#domain";

/** A whole run out of the parts that matter to a test. */
export function createRun(
  parts: Partial<Invocation> & Pick<Invocation, "source" | "invokeId" | "creationTime">,
): Invocation {
  return {
    command: { commandId: "c-1", name: "uptime", description: null, type: "RUN_SHELL_SCRIPT", content: undefined },
    status: "SUCCESS",
    rawStatus: "Success",
    parameters: null,
    timed: false,
    repeatMode: "Once",
    frequency: null,
    timeoutSeconds: 60,
    username: null,
    workingDir: null,
    tags: [],
    containerId: null,
    containerName: null,
    launcher: null,
    terminationMode: null,
    ossOutputDelivery: null,
    resourceGroupIds: [],
    instances: [],
    ...parts,
  };
}

/** A whole state of a run on one instance out of the parts that matter to a test. */
export function createItem(
  parts: Partial<InstanceInvocation> & Pick<InstanceInvocation, "source" | "invokeId" | "instanceId">,
): InstanceInvocation {
  return {
    commandId: "c-1",
    status: "SUCCESS",
    rawStatus: "Success",
    startTime: null,
    finishTime: null,
    stopTime: null,
    exitCode: 0,
    error: null,
    repeats: 1,
    username: null,
    output: undefined,
    ossDelivery: null,
    creationTime: null,
    updateTime: null,
    isComplete: true,
    ...parts,
  };
}

/** A failure as an adapter reports it. */
export function createFailure(source: Source, code: SourceErrorCode): UpstreamError {
  return new UpstreamError({
    code,
    message: `The upstream failed with ${code}.`,
    source,
    action: "Read",
    upstreamCode: null,
    httpStatus: 500,
    requestId: null,
    retryable: code !== "NOT_SUPPORTED",
    retryAfterMs: null,
  });
}
