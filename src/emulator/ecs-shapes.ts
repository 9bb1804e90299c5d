import type { RunState } from "./action.ts";
import type { CommandRecord, Execution, InstanceRecord, Label, Run, RunRecord } from "./model.ts";
import { legacyInstanceStatus, legacyRecordStatus, legacyRunStatus, rollUp } from "./status.ts";
import { toWireMinute, toWireTime } from "./times.ts";

type Encoder = (bytes: Uint8Array) => string;

function toTags(tags: readonly Label[]): object {
  return { Tag: tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })) };
}

/** `Invocation` of DescribeInvocations; output only where it is asked for. */
export function toInvocation({ run, records }: RunState, encode: Encoder, includeOutput: boolean): object {
  const { command, settings } = run;
  const statuses = records.map((record) => record.status);
  return {
    InvokeId: run.invokeId,
    CommandId: command.commandId,
    CommandName: command.name,
    CommandDescription: command.description,
    CommandType: command.type,
    CommandContent: encode(command.content),
    CreationTime: toWireTime(run.creationTime),
    Frequency: settings.frequency,
    RepeatMode: settings.repeatMode,
    Timed: settings.timed,
    Timeout: settings.timeout,
    InvocationStatus: run.status ?? rollUp(statuses),
    InvokeStatus: legacyRunStatus(statuses),
    Parameters: JSON.stringify(settings.parameters),
    Username: settings.username,
    WorkingDir: settings.workingDir,
    ContainerId: settings.containerId,
    ContainerName: settings.containerName,
    Launcher: settings.launcher,
    TerminationMode: settings.terminationMode,
    OssOutputDelivery: settings.ossOutputDelivery,
    Tags: toTags(settings.tags),
    InvokeInstances: {
      InvokeInstance: records.map((record) => toInvokeInstance(run, record, includeOutput ? encode : null)),
    },
    ...run.wire,
  };
}

function toInvokeInstance(run: Run, record: RunRecord, encode: Encoder | null): object {
  const output = encode === null && !record.mayBeCut ? null : record.output();
  return {
    InstanceId: record.instanceId,
    CreationTime: toWireTime(record.creationTime),
    StartTime: toWireTime(record.startTime),
    FinishTime: toWireTime(record.finishTime),
    StopTime: toWireTime(record.stopTime),
    UpdateTime: toWireTime(record.updateTime),
    InvocationStatus: record.status,
    InstanceInvokeStatus: legacyInstanceStatus(record.status),
    ExitCode: record.exitCode ?? undefined,
    Repeats: record.repeats,
    Dropped: output?.dropped ?? 0,
    Output: output === null ? undefined : encode?.(output.bytes),
    ErrorCode: record.errorCode,
    ErrorInfo: record.errorInfo,
    Timed: run.settings.timed,
    ...toOssMembers(record),
    ...record.wire,
  };
}

function toOssMembers({ oss }: RunRecord): object {
  if (oss === null) return {};
  return {
    OssOutputStatus: oss.status,
    OssOutputUri: oss.uri,
    OssOutputErrorCode: oss.errorCode,
    OssOutputErrorInfo: oss.errorInfo,
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
  const output = execution.output();
  return {
    InvokeId: run.invokeId,
    CommandId: run.command.commandId,
    InstanceId: record.instanceId,
    InvocationStatus: execution.status,
    InvokeRecordStatus: legacyRecordStatus(execution.status),
    StartTime: toWireTime(execution.startTime),
    FinishedTime: toWireTime(execution.finishTime),
    StopTime: toWireTime(execution.stopTime),
    ExitCode: execution.exitCode ?? undefined,
    Repeats: execution.repeats,
    Dropped: output.dropped,
    Output: encode(output.bytes),
    ErrorCode: execution.errorCode,
    ErrorInfo: execution.errorInfo,
    Username: record.username ?? settings.username,
    ContainerId: settings.containerId,
    ContainerName: settings.containerName,
    Launcher: settings.launcher,
    TerminationMode: settings.terminationMode,
    OssOutputDelivery: settings.ossOutputDelivery,
    ...toOssMembers(record),
    Tags: toTags(settings.tags),
    ...record.wire,
  };
}

/** `Instance` of DescribeInstances. */
export function toEcsInstance(instance: InstanceRecord, regionId: string): object {
  const addresses = instance.publicIpAddress === "" ? [] : [instance.publicIpAddress];
  return {
    InstanceId: instance.instanceId,
    InstanceName: instance.name,
    HostName: instance.name,
    Status: instance.status,
    RegionId: regionId,
    ZoneId: `${regionId}-a`,
    OSType: instance.osType,
    OSName: instance.osName,
    OSNameEn: instance.osName,
    InstanceType: "ecs.g7.large",
    Cpu: 2,
    Memory: 8192,
    ISP: "null",
    VpcAttributes: { VpcId: "vpc-bp1emulator", PrivateIpAddress: { IpAddress: [instance.privateIpAddress] } },
    PublicIpAddress: { IpAddress: addresses },
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
    AgentVersion: "2.2.3.939",
    InvocationCount: 0,
    RegistrationTime: toWireTime(instance.creationTime),
    LastInvokedTime: "",
    ResourceGroupId: "",
    Tags: instance.tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })),
  };
}

/** `Command` of DescribeCommands. */
export function toEcsCommand(command: CommandRecord, encode: Encoder, invokeTimes: number): object {
  return {
    CommandId: command.commandId,
    Name: command.name,
    Type: command.type,
    Description: command.description,
    CommandContent: encode(command.content),
    WorkingDir: command.workingDir,
    Timeout: command.timeout,
    EnableParameter: command.parameterNames.length > 0,
    ParameterNames: { ParameterName: command.parameterNames },
    ParameterDefinitions: { ParameterDefinition: [] },
    InvokeTimes: invokeTimes,
    Provider: command.provider,
    Category: "",
    Version: 1,
    Latest: true,
    Launcher: "",
    ResourceGroupId: "",
    CreationTime: toWireMinute(command.creationTime),
    Tags: { Tag: [] },
  };
}
