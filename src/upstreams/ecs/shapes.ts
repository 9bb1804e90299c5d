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
} from "../mapping/index.ts";

const AGENT_ENVELOPE: EnvelopeSpec = {
  name: "InstanceCloudAssistantStatusSet",
  roots: ["InstanceCloudAssistantStatusSet"],
  inner: "InstanceCloudAssistantStatus",
  marks: ["InstanceId"],
};

/** DescribeInvocations: `Invocations.Invocation[]`; a run without an id takes the one that was asked for. */
export function readInvocationPage(
  body: Fields,
  askedInvokeId: string | undefined,
  reading: Reading,
): Promise<PageShape<NamedRun>> {
  return readPage(body, RUN_ENVELOPE, reading, (fields) => readNamedRun(fields, askedInvokeId, reading));
}

/** A result that says, with the request's help, of which run and instance it is. */
export type ResultShape = ExecutionShape & { readonly invokeId: string; readonly instanceId: string };

/** DescribeInvocationResults: `Invocation.InvocationResults.InvocationResult[]`; missing ids are those that were asked for. */
export function readResultPage(
  body: Fields,
  asked: { readonly invokeId?: string | undefined; readonly instanceId?: string | undefined },
  reading: Reading,
): Promise<PageShape<ResultShape>> {
  return readPage(body, RESULT_ENVELOPE, reading, (fields) => {
    const shape = readExecution(fields, reading);
    const invokeId = shape.invokeId ?? asked.invokeId;
    const instanceId = shape.instanceId ?? asked.instanceId;
    if (invokeId === undefined) return reading.fail("a result has no InvokeId");
    if (instanceId === undefined) return reading.fail("a result has no InstanceId");
    return { ...shape, invokeId, instanceId };
  });
}

/** DescribeInstances: `Instances.Instance[]`. */
export function readInstancePage(body: Fields, reading: Reading): Promise<PageShape<ServerShape>> {
  return readPage(body, SERVER_ENVELOPE, reading, (fields) => {
    const instanceId = readId(fields, "InstanceId", reading);
    if (instanceId === null) return reading.fail("a server has no InstanceId");
    return {
      instanceId,
      name: readText(fields, "InstanceName", reading),
      osType: readWord(fields, "OSType", reading)?.toLowerCase() ?? null,
      osName: readWord(fields, "OSName", reading),
      status: readWord(fields, "Status", reading),
      privateIpAddresses: join(
        addressesOf(fields, "VpcAttributes", "PrivateIpAddress"),
        addressesOf(fields, "InnerIpAddress"),
      ),
      publicIpAddresses: join(addressesOf(fields, "PublicIpAddress"), addressesOf(fields, "EipAddress")),
    };
  });
}

/** DescribeCloudAssistantStatus: `InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus[]`; the state is a text. */
export function readAgentPage(body: Fields, reading: Reading): Promise<PageShape<AgentShape>> {
  return readPage(body, AGENT_ENVELOPE, reading, (fields) => ({
    instanceId: readId(fields, "InstanceId", reading) ?? reading.fail("an agent has no InstanceId"),
    isReady: readBoolean(fields, "CloudAssistantStatus", reading),
    version: readId(fields, "CloudAssistantVersion", reading),
    lastHeartbeatTime: readTime(fields, "LastHeartbeatTime", reading),
    lastInvokedTime: readTime(fields, "LastInvokedTime", reading),
    activeTaskCount: readCount(fields, "ActiveTaskCount", reading),
  }));
}

/** One record of DescribeManagedInstances, with what it says of the agent. */
export interface ManagedShape extends ServerShape {
  readonly agent: AgentShape;
}

/** DescribeManagedInstances: `Instances[]`, machines outside Alibaba Cloud. They are connected or not, and have no other status. */
export function readManagedPage(body: Fields, reading: Reading): Promise<PageShape<ManagedShape>> {
  return readPage(body, SERVER_ENVELOPE, reading, (fields) => {
    const instanceId = readId(fields, "InstanceId", reading) ?? reading.fail("a machine has no InstanceId");
    const isConnected = readBoolean(fields, "Connected", reading);
    return {
      instanceId,
      name: readText(fields, "InstanceName", reading) ?? readId(fields, "Hostname", reading),
      osType: readWord(fields, "OsType", reading)?.toLowerCase() ?? null,
      osName: readText(fields, "OsVersion", reading),
      status: isConnected === null ? null : isConnected ? "Connected" : "Disconnected",
      privateIpAddresses: readTexts(fields.IntranetIp, "IpAddress"),
      publicIpAddresses: readTexts(fields.InternetIp, "IpAddress"),
      agent: {
        instanceId,
        isReady: isConnected,
        version: readId(fields, "AgentVersion", reading),
        lastHeartbeatTime: null,
        lastInvokedTime: readTime(fields, "LastInvokedTime", reading),
        activeTaskCount: null,
      },
    };
  });
}

// DescribeInstances writes the word null where it has nothing to say.
function readWord(fields: Fields, name: string, reading: Reading): string | null {
  const word = readId(fields, name, reading);
  return word === "null" ? null : word;
}

function addressesOf(fields: Fields, ...path: readonly string[]): readonly string[] | null {
  const value = path.reduce<unknown>((node, name) => (isFields(node) ? pick(node, name) : undefined), fields);
  return readTexts(value, "IpAddress");
}

function join(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  return a === null && b === null ? null : [...new Set([...(a ?? []), ...(b ?? [])])];
}
