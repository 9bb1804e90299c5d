import type { Members } from "../http/index.ts";
import type { CommandRecord, Execution, InstanceRecord, Label, Run, RunRecord, RunSettings } from "../world/index.ts";
import type { Encoder } from "./parameters.ts";
import { AGENT, commandMembers, copier, copyCommand, executionMembers, osTypeOf, outputOf } from "./shapes.ts";
import { legacyInstanceStatus, legacyRecordStatus, legacyRunStatus, rollUp } from "./status.ts";
import { toWireMinute, toWireTime } from "./times.ts";

const copySettings = copier<RunSettings>("frequency", "repeatMode", "timed", "timeout", "username", "workingDir");
const copyExtras = copier<RunSettings>(
  "containerId",
  "containerName",
  "launcher",
  "terminationMode",
  "ossOutputDelivery",
);

/** `Invocation` of DescribeInvocations; output only if it is asked for. */
export function toInvocation(run: Run, now: number, encode: Encoder, includeOutput: boolean): object {
  const { command, settings } = run;
  const records = run.records(now);
  const statuses = records.map((record) => record.status);
  return {
    ...commandMembers(run, encode),
    CommandId: command.commandId,
    CommandDescription: command.description,
    CreationTime: toWireTime(run.creationTime),
    InvocationStatus: run.status ?? rollUp(statuses),
    InvokeStatus: legacyRunStatus(statuses),
    Parameters: JSON.stringify(settings.parameters),
    ...copySettings(settings),
    ...copyExtras(settings),
    Tags: toTags(settings.tags),
    InvokeInstances: {
      InvokeInstance: records.map((record) => toInvokeInstance(run, record, includeOutput ? encode : null)),
    },
    ...run.wire,
  };
}

function toInvokeInstance({ settings }: Run, record: RunRecord, encode: Encoder | null): object {
  return {
    InstanceId: record.instanceId,
    CreationTime: toWireTime(record.creationTime),
    ...executionMembers(record, "FinishTime"),
    StopTime: toWireTime(record.stopTime),
    UpdateTime: toWireTime(record.updateTime),
    InstanceInvokeStatus: legacyInstanceStatus(record.status),
    Repeats: record.repeats,
    Dropped: record.mayBeCut ? record.output().dropped : 0,
    Output: encode === null ? undefined : outputOf(record, encode),
    Timed: settings.timed,
    ...record.wire,
  };
}

/** One execution on one instance, as DescribeInvocationResults lists it. */
export interface ResultRow {
  readonly run: Run;
  readonly record: RunRecord;
  /** The record itself, or an earlier execution. */
  readonly execution: Execution;
  /** Position among the rows of its run. */
  readonly index: number;
}

/** `InvocationResult` of DescribeInvocationResults. */
export function toInvocationResult({ run, record, execution }: ResultRow, encode: Encoder): object {
  const { settings } = run;
  return {
    InvokeId: run.invokeId,
    CommandId: run.command.commandId,
    InstanceId: record.instanceId,
    ...executionMembers(execution, "FinishedTime"),
    InvokeRecordStatus: legacyRecordStatus(execution.status),
    StopTime: toWireTime(execution.stopTime),
    Repeats: execution.repeats,
    Dropped: execution.output().dropped,
    Output: outputOf(execution, encode),
    Username: settings.username,
    ...copyExtras(settings),
    Tags: toTags(settings.tags),
    ...record.wire,
  };
}

/** `Instance` of DescribeInstances. */
export function toInstance(instance: InstanceRecord, regionId: string): object {
  const { name, osName, publicIpAddress } = instance;
  return {
    InstanceId: instance.instanceId,
    InstanceName: name,
    HostName: name,
    Status: instance.status,
    RegionId: regionId,
    ZoneId: `${regionId}-a`,
    OSType: instance.osType,
    OSName: osName,
    OSNameEn: osName,
    InstanceType: "ecs.g7.large",
    Cpu: 2,
    Memory: 8192,
    ISP: "null",
    VpcAttributes: { VpcId: "vpc-bp1emulator", PrivateIpAddress: { IpAddress: [instance.privateIpAddress] } },
    PublicIpAddress: { IpAddress: publicIpAddress === "" ? [] : [publicIpAddress] },
    EipAddress: { IpAddress: "", AllocationId: "" },
    InnerIpAddress: { IpAddress: [] },
    Tags: toTags(instance.tags),
    ResourceGroupId: "",
    CreationTime: toWireMinute(instance.creationTime),
    ExpiredTime: "2099-12-31T15:59Z",
  };
}

/** Item of `Instances` of DescribeManagedInstances, which is a flat list. */
export function toManagedInstance(instance: InstanceRecord): object {
  return {
    InstanceId: instance.instanceId,
    InstanceName: instance.name,
    Hostname: instance.name,
    IntranetIp: instance.privateIpAddress,
    InternetIp: instance.publicIpAddress,
    OsType: instance.osType,
    OsVersion: instance.osName,
    Connected: instance.agentOnline,
    AgentVersion: AGENT.CloudAssistantVersion,
    InvocationCount: 0,
    RegistrationTime: toWireTime(instance.creationTime),
    LastInvokedTime: "",
    ResourceGroupId: "",
    Tags: toTags(instance.tags).Tag,
  };
}

/** `InstanceCloudAssistantStatus` of DescribeCloudAssistantStatus: the flag is a text here. */
export function toAgentStatus(instance: InstanceRecord): object {
  return {
    InstanceId: instance.instanceId,
    CloudAssistantStatus: String(instance.agentOnline),
    OSType: osTypeOf(instance),
    ...AGENT,
  };
}

/** `Command` of DescribeCommands. */
export function toCommand(command: CommandRecord, encode: Encoder, invokeTimes: number): object {
  return {
    ...copyCommand(command),
    CommandContent: encode(command.content),
    EnableParameter: command.parameterNames.length > 0,
    ParameterNames: { ParameterName: command.parameterNames },
    ParameterDefinitions: { ParameterDefinition: [] },
    InvokeTimes: invokeTimes,
    Category: "",
    Version: 1,
    Latest: true,
    Launcher: "",
    ResourceGroupId: "",
    CreationTime: toWireMinute(command.creationTime),
    Tags: { Tag: [] },
  };
}

function toTags(tags: readonly Label[]): { readonly Tag: readonly Members[] } {
  return { Tag: tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })) };
}
