import type { CommandRecord, InstanceRecord, Run, RunRecord, RunSettings } from "../world/index.ts";
import { type Encoder, toBase64, toPlainText } from "./parameters.ts";
import { AGENT, commandMembers, copier, copyCommand, executionMembers, osTypeOf, outputOf } from "./shapes.ts";
import { legacyInstanceStatus, legacyRecordStatus, rollUp } from "./status.ts";
import { toWireTime, toZonelessTime } from "./times.ts";

const copySettings = copier<RunSettings>("username", "workingDir", "timeout");

/** Item of `Invocations` of DescribeInvocations: no instance, no output, parameters as a map. */
export function toInvocation(run: Run, { status }: RunRecord): object {
  return {
    ...commandMembers(run, toBase64),
    CreationTime: toWireTime(run.creationTime),
    InvocationStatus: status,
    InvokeStatus: legacyInstanceStatus(status),
    Parameters: run.settings.parameters,
    ...run.wire,
  };
}

/** `InvocationResult` of DescribeInvocationResult; output is always base64. */
export function toInvocationResult(run: Run, record: RunRecord): object {
  return {
    InvokeId: run.invokeId,
    InstanceId: record.instanceId,
    ...executionMembers(record, "FinishedTime"),
    InvokeRecordStatus: legacyRecordStatus(record.status),
    Output: outputOf(record, toBase64),
    InvokeUser: run.settings.username,
    ...record.wire,
  };
}

/** Item of `CommandInvocations` of DescribeCommandInvocations; its creation time has no zone. */
export function toCommandInvocation(run: Run, now: number, encode: Encoder): object {
  const { command, settings } = run;
  const records = run.records(now);
  return {
    ...commandMembers(run, encode),
    CommandId: command.commandId,
    CommandDescription: command.description,
    CreationTime: toZonelessTime(run.creationTime),
    InvocationStatus: run.status ?? rollUp(records.map((record) => record.status)),
    ...copySettings(settings),
    Parameters: JSON.stringify(settings.parameters),
    InvokeInstances: records.map((record) => ({
      InstanceId: record.instanceId,
      ...executionMembers(record, "FinishTime"),
      Output: outputOf(record, encode),
      ...record.wire,
    })),
    ...run.wire,
  };
}

/** Item of `Instances` of ListInstances; tags are spelt Key and Value here. */
export function toInstance(instance: InstanceRecord, regionId: string): object {
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
    Image: { OsType: osTypeOf(instance), ImageName: instance.osName, ImageType: "system" },
    PlanId: "swas.s2.c2m2s50b4t4",
    ChargeType: "PrePaid",
    CreationTime: toWireTime(instance.creationTime),
    ExpiredTime: "2099-12-31T16:00:00Z",
    ResourceGroupId: "",
    Tags: instance.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    ResourceSpec: { Cpu: 2, Memory: 2, DiskSize: 50, DiskCategory: "ESSD", Bandwidth: 4, Flow: 500 },
  };
}

/** Item of `CloudAssistant` of DescribeCloudAssistantAttributes: texts end in a line feed, as in the vendor's sample. */
export function toAgentAttributes(instance: InstanceRecord): object {
  return {
    ...AGENT,
    InstanceId: `${instance.instanceId}\n`,
    CloudAssistantStatus: `${instance.agentOnline}\n`,
    CloudAssistantVersion: `${AGENT.CloudAssistantVersion}\n`,
    OSType: `${osTypeOf(instance)}\n`,
  };
}

/** Item of `Commands` of DescribeCommands. */
export function toCommand(command: CommandRecord): object {
  return {
    ...copyCommand(command),
    CommandContent: toPlainText(command.content),
    CreationTime: toWireTime(command.creationTime),
    EnableParameter: command.parameterNames.length > 0,
    ParameterNames: command.parameterNames,
    ParameterDefinitions: [],
    Tags: [],
    ResourceGroupId: "",
  };
}
