import type { Execution, Instance, InstanceInvocation, Invocation, InvocationResult, Source } from "#domain";

export const ecs: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
export const swas: Source = { provider: "SWAS", account: "default", regionId: "cn-beijing" };

/** What an execution printed. */
export function printed(text: string, droppedBytes: number | null = 0): Execution["output"] {
  return { bytes: Buffer.from(text), droppedBytes };
}

function anExecution(overrides: Partial<Execution>): Execution {
  return {
    source: ecs,
    invokeId: "t-1",
    instanceId: "i-1",
    commandId: "c-1",
    status: "SUCCESS",
    rawStatus: "Success",
    startTime: "2026-01-02T03:04:05.000Z",
    finishTime: "2026-01-02T03:04:07.500Z",
    stopTime: null,
    exitCode: 0,
    error: null,
    repeats: 1,
    username: "root",
    output: undefined,
    ossDelivery: null,
    ...overrides,
  };
}

/** A run on one instance that ended well. */
export function anInstanceInvocation(overrides: Partial<InstanceInvocation> = {}): InstanceInvocation {
  return {
    ...anExecution(overrides),
    creationTime: "2026-01-02T03:04:04.000Z",
    updateTime: "2026-01-02T03:04:08.000Z",
    isComplete: true,
    ...overrides,
  };
}

/** A result that printed "ok". */
export function aResult(overrides: Partial<InvocationResult> = {}): InvocationResult {
  return { ...anExecution({ output: printed("ok\n"), ...overrides }), execution: null, ...overrides };
}

/** A run on one instance that ended well. */
export function anInvocation(overrides: Partial<Invocation> = {}): Invocation {
  const source = overrides.source ?? ecs;
  const invokeId = overrides.invokeId ?? "t-1";
  return {
    source,
    invokeId,
    command: { commandId: "c-1", name: "uptime", description: null, type: "RUN_SHELL_SCRIPT", content: undefined },
    status: "SUCCESS",
    rawStatus: "Success",
    creationTime: "2026-01-02T03:04:04.000Z",
    parameters: null,
    timed: false,
    repeatMode: "Once",
    frequency: null,
    timeoutSeconds: 60,
    username: "root",
    workingDir: "/root",
    tags: [],
    containerId: null,
    containerName: null,
    launcher: null,
    terminationMode: null,
    ossOutputDelivery: null,
    instances: [anInstanceInvocation({ source, invokeId })],
    ...overrides,
  };
}

/** A running Linux server. */
export function anInstance(overrides: Partial<Instance> = {}): Instance {
  return {
    source: ecs,
    instanceId: "i-1",
    name: "web-1",
    osType: "linux",
    osName: "Debian 13",
    status: "Running",
    privateIpAddresses: ["10.0.0.1"],
    publicIpAddresses: [],
    ...overrides,
  };
}
