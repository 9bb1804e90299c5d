import type { RunState } from "./action.ts";
import { toBase64, toPlainText } from "./action.ts";
import type { CommandRecord, InstanceRecord, Run, RunRecord } from "./model.ts";
import { legacyInstanceStatus, legacyRecordStatus, rollUp } from "./status.ts";
import { toWireTime, toZonelessTime } from "./times.ts";

/** Item of `Invocations` of DescribeInvocations: no instance, no output, parameters as a map. */
export function toSwasInvocation(run: Run, record: RunRecord): object {
  return {
    InvokeId: run.invokeId,
    CommandName: run.command.name,
    CommandType: run.command.type,
    CommandContent: toBase64(run.command.content),
    CreationTime: toWireTime(run.creationTime),
    InvocationStatus: record.status,
    InvokeStatus: legacyInstanceStatus(record.status),
    Parameters: run.settings.parameters,
    ...run.wire,
  };
}

/** `InvocationResult` of DescribeInvocationResult; output is always base64. */
export function toSwasResult(run: Run, record: RunRecord): object {
  return {
    InvokeId: run.invokeId,
    InstanceId: record.instanceId,
    InvocationStatus: record.status,
    InvokeRecordStatus: legacyRecordStatus(record.status),
    StartTime: toWireTime(record.startTime),
    FinishedTime: toWireTime(record.finishTime),
    ExitCode: record.exitCode ?? undefined,
    Output: toBase64(record.output().bytes),
    ErrorCode: record.errorCode,
    ErrorInfo: record.errorInfo,
    InvokeUser: record.username ?? run.settings.username,
    ...record.wire,
  };
}

/** Item of `CommandInvocations` of DescribeCommandInvocations; its creation time has no zone. */
export function toCommandInvocation({ run, records }: RunState, encoding: "plain" | "base64"): object {
  const encode = encoding === "base64" ? toBase64 : toPlainText;
  const { command, settings } = run;
  return {
    InvokeId: run.invokeId,
    CommandId: command.commandId,
    CommandName: command.name,
    CommandType: command.type,
    CommandDescription: command.description,
    CommandContent: encode(command.content),
    CreationTime: toZonelessTime(run.creationTime),
    InvocationStatus: run.status ?? rollUp(records.map((record) => record.status)),
    Username: settings.username,
    WorkingDir: settings.workingDir,
    Timeout: settings.timeout,
    Parameters: JSON.stringify(settings.parameters),
    InvokeInstances: records.map((record) => ({
      InstanceId: record.instanceId,
      StartTime: toWireTime(record.startTime),
      FinishTime: toWireTime(record.finishTime),
      InvocationStatus: record.status,
      ExitCode: record.exitCode ?? undefined,
      Output: encode(record.output().bytes),
      ErrorCode: record.errorCode,
      ErrorInfo: record.errorInfo,
      ...record.wire,
    })),
    ...run.wire,
  };
}

/** Item of `Instances` of ListInstances; tags are spelt Key and Value here. */
export function toSwasInstance(instance: InstanceRecord, regionId: string): object {
  return {
    InstanceId: instance.instanceId,
    InstanceName: instance.name,
    RegionId: regionId,
    Status: instance.status,
    BusinessStatus: "Normal",
    DisableReason: "",
    PublicIpAddress: instance.publicIpAddress,
    InnerIpAddress: instance.privateIpAddress,
    ImageId: "fe9c66133a9d4688872869726b52****",
    Image: {
      OsType: instance.osType === "linux" ? "Linux" : "Windows",
      ImageName: instance.osName,
      ImageType: "system",
    },
    PlanId: "swas.s2.c2m2s50b4t4",
    ChargeType: "PrePaid",
    CreationTime: toWireTime(instance.creationTime),
    ExpiredTime: "2099-12-31T16:00:00Z",
    ResourceGroupId: "",
    Tags: instance.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    ResourceSpec: { Cpu: 2, Memory: 2, DiskSize: 50, DiskCategory: "ESSD", Bandwidth: 4, Flow: 500 },
  };
}

/** Item of `Commands` of DescribeCommands. */
export function toSwasCommand(command: CommandRecord): object {
  return {
    CommandId: command.commandId,
    Name: command.name,
    Provider: command.provider,
    Type: command.type,
    Timeout: command.timeout,
    Description: command.description,
    WorkingDir: command.workingDir,
    CommandContent: toPlainText(command.content),
    CreationTime: toWireTime(command.creationTime),
    EnableParameter: command.parameterNames.length > 0,
    ParameterNames: command.parameterNames,
    ParameterDefinitions: [],
    Tags: [],
    ResourceGroupId: "",
  };
}
