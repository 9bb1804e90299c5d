import {
  type AgentShape,
  type EnvelopeSpec,
  type ExecutionShape,
  type Fields,
  isFields,
  type NamedRun,
  type PageShape,
  pick,
  RESULT_ENVELOPE,
  type Reading,
  RUN_ENVELOPE,
  RUN_STATUS_FIELDS,
  readBoolean,
  readCount,
  readExecution,
  readId,
  readNamedRun,
  readPage,
  readText,
  readTexts,
  readTime,
  SERVER_ENVELOPE,
  type ServerShape,
  unwrap,
} from "../mapping/index.ts";

/** An item of DescribeInvocations: a run as it is on the one instance that was asked for. */
export interface InstanceRunShape {
  readonly run: NamedRun;
  readonly execution: ExecutionShape;
}

const AGENT_ENVELOPE: EnvelopeSpec = {
  name: "CloudAssistantStatus",
  roots: ["CloudAssistantStatus"],
  inner: "CloudAssistantStatus",
  marks: ["InstanceId"],
};

const ATTRIBUTE_ENVELOPE: EnvelopeSpec = {
  name: "CloudAssistant",
  roots: ["CloudAssistant"],
  inner: "CloudAssistant",
  marks: ["InstanceId"],
};

/** DescribeCommandInvocations: `CommandInvocations[]`; a run without an id takes the one that was asked for. */
export function readRunPage(
  body: Fields,
  askedInvokeId: string | undefined,
  reading: Reading,
): Promise<PageShape<NamedRun>> {
  return readPage(body, RUN_ENVELOPE, reading, (fields) => readNamedRun(fields, askedInvokeId, reading));
}

/** DescribeInvocations: `Invocations[]`, whose items say no more than their state and what was run. */
export function readInstanceRunPage(body: Fields, reading: Reading): Promise<PageShape<InstanceRunShape>> {
  return readPage(body, RUN_ENVELOPE, reading, (fields) => ({
    run: readNamedRun(fields, undefined, reading),
    execution: readExecution(fields, reading, RUN_STATUS_FIELDS),
  }));
}

/** DescribeInvocationResult: one object, or nothing at all for a run that the upstream does not know. */
export async function readSingleResult(
  body: Fields,
  asked: { readonly invokeId: string; readonly instanceId: string },
  reading: Reading,
): Promise<ExecutionShape | null> {
  if (isBare(unwrap(body, reading))) return null;
  const { items } = await readPage(body, RESULT_ENVELOPE, reading, (fields) => readExecution(fields, reading));
  const meant = items.find(
    (shape) =>
      (shape.invokeId ?? asked.invokeId) === asked.invokeId &&
      (shape.instanceId ?? asked.instanceId) === asked.instanceId,
  );
  if (meant === undefined && items.length > 0) reading.warn("a result that was not asked for is left out");
  return meant ?? null;
}

/** ListInstances: `Instances[]`. */
export function readServerPage(body: Fields, reading: Reading): Promise<PageShape<ServerShape>> {
  return readPage(body, SERVER_ENVELOPE, reading, (fields) => {
    const instanceId = readId(fields, "InstanceId", reading);
    if (instanceId === null) return reading.fail("a server has no InstanceId");
    const image = pick(fields, "Image");
    return {
      instanceId,
      name: readText(fields, "InstanceName", reading),
      osType: isFields(image) ? (readId(image, "OsType", reading)?.toLowerCase() ?? null) : null,
      osName: isFields(image) ? readText(image, "ImageName", reading) : null,
      status: readId(fields, "Status", reading),
      privateIpAddresses: readTexts(fields.InnerIpAddress, "IpAddress"),
      publicIpAddresses: readTexts(fields.PublicIpAddress, "IpAddress"),
    };
  });
}

/** DescribeCloudAssistantStatus: `CloudAssistantStatus[]`, which says no more than whether the agent is there. */
export function readAgentPage(body: Fields, reading: Reading): Promise<PageShape<AgentShape>> {
  return readPage(body, AGENT_ENVELOPE, reading, (fields) => ({
    instanceId: readId(fields, "InstanceId", reading) ?? reading.fail("an agent has no InstanceId"),
    isReady: readBoolean(fields, "Status", reading),
    version: null,
    lastHeartbeatTime: null,
    lastInvokedTime: null,
    activeTaskCount: null,
  }));
}

/** DescribeCloudAssistantAttributes: `CloudAssistant[]`; texts may end in a line feed, as in the vendor's sample. */
export function readAttributePage(body: Fields, reading: Reading): Promise<PageShape<AgentShape>> {
  return readPage(body, ATTRIBUTE_ENVELOPE, reading, (fields) => {
    const text = (name: string) => readId(fields, name, reading)?.trim() ?? null;
    const trimmed = { ...fields, CloudAssistantStatus: text("CloudAssistantStatus") };
    return {
      instanceId: text("InstanceId") ?? reading.fail("an agent has no InstanceId"),
      isReady: readBoolean(trimmed, "CloudAssistantStatus", reading),
      version: text("CloudAssistantVersion"),
      lastHeartbeatTime: readTime(fields, "LastHeartbeatTime", reading),
      lastInvokedTime: readTime(fields, "LastInvokedTime", reading),
      activeTaskCount: readCount(fields, "ActiveTaskCount", reading),
    };
  });
}

function isBare(body: Fields): boolean {
  return Object.keys(body).every((key) => key.toLowerCase() === "requestid");
}
