import type { Kind } from "#access";

/**
 * Fields that need more than the right to see runs. What lies beneath such a field needs it too, and no type beneath can be
 * reached on another way. A test walks the schema: a text that is neither here nor in {@link OPEN_TEXTS} fails it.
 */
export const GUARDED_FIELDS: Readonly<Record<string, Exclude<Kind, "runs">>> = {
  "Command.content": "commands",
  "Command.contentBase64": "commands",
  "Command.description": "commands",
  "Invocation.launcher": "commands",
  "Invocation.parameters": "commands",
  "Invocation.username": "commands",
  "Invocation.workingDir": "commands",
  "InvocationResult.username": "commands",
  "ExecutionError.info": "outputs",
  "Invocation.ossOutputDelivery": "outputs",
  "Invocation.outputGroups": "outputs",
  "InvocationResult.ossDelivery": "outputs",
  "InvocationResult.output": "outputs",
};

/** Roots that need more than the right to see runs. They know the runs they show only once they have read them, and decide themselves. */
export const GUARDED_ROOTS: readonly string[] = ["Query.searchOutputs", "Subscription.outputAppended"];

/** Types that only guarded fields lead to. */
export const GUARDED_TYPES: readonly string[] = [
  "CommandOutput",
  "FoundLine",
  "OssDelivery",
  "OutputChunk",
  "OutputDifference",
  "OutputGroup",
  "OutputMatch",
  "OutputMatchConnection",
  "OutputMatchEdge",
];

/** Texts that everybody may read who may see the run, the server or the source that they belong to. */
export const OPEN_TEXTS: readonly string[] = [
  "AgentState.version",
  "Command.commandId",
  "Command.name",
  "ExecutionError.code",
  "ExecutionError.remedy",
  "Instance.account",
  "Instance.id",
  "Instance.instanceId",
  "Instance.name",
  "Instance.osName",
  "Instance.osType",
  "Instance.privateIpAddresses",
  "Instance.publicIpAddresses",
  "Instance.regionId",
  "Instance.status",
  "InstanceEdge.cursor",
  "InstanceInvocation.account",
  "InstanceInvocation.id",
  "InstanceInvocation.instanceId",
  "InstanceInvocation.invokeId",
  "InstanceInvocation.rawStatus",
  "InstanceInvocation.regionId",
  "InstanceInvocationEdge.cursor",
  "Invocation.account",
  "Invocation.consoleUrl",
  "Invocation.containerId",
  "Invocation.containerName",
  "Invocation.frequency",
  "Invocation.id",
  "Invocation.invokeId",
  "Invocation.rawStatus",
  "Invocation.regionId",
  "Invocation.repeatMode",
  "Invocation.terminationMode",
  "InvocationChange.position",
  "InvocationEdge.cursor",
  "InvocationResult.commandId",
  "InvocationResult.id",
  "InvocationResult.instanceId",
  "InvocationResult.invokeId",
  "InvocationResult.rawStatus",
  "InvocationResultEdge.cursor",
  "PageInfo.endCursor",
  "PageInfo.startCursor",
  "ReadFrom.requestId",
  "Schedule.expression",
  "Schedule.timeZone",
  "SourceError.message",
  "SourceError.requestId",
  "SourceError.upstreamCode",
  "SourceState.account",
  "SourceState.regionId",
  "StatisticsRow.key",
  "StatisticsStatusCount.status",
  "Tag.key",
  "Tag.value",
  "Viewer.name",
  "Viewer.roles",
];

// By name alone, since a selection does not know its type; no open field has the name of a guarded one.
const BY_NAME = new Map(Object.entries(GUARDED_FIELDS).map(([field, kind]) => [field.split(".")[1] ?? field, kind]));

/** Which right a field of this name needs beyond the right to see runs; null for none. */
export function kindOfField(name: string): Kind | null {
  return BY_NAME.get(name) ?? null;
}
