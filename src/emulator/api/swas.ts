import { ApiError } from "../http/index.ts";
import type { Region, Run } from "../world/index.ts";
import type { Action } from "./action.ts";
import { fits, listing, machinesOf, matchesWildcard, nest, regional, runKey, runsOf } from "./action.ts";
import { jsonIds, mandatory, required, text, toBase64, toPlainText } from "./parameters.ts";
import { legacyInstanceStatus, stateOf } from "./status.ts";
import * as shapes from "./swas-shapes.ts";

const agentIds = jsonIds(50, "InstanceIds.ExceedLimit");
const someAgentIds = mandatory(agentIds);

/** Every action of SWAS that the emulator answers. */
export const SWAS_ACTIONS: Readonly<Record<string, Action>> = {
  ListRegions: ({ call, regions }) =>
    nest(
      "Regions",
      regions.map(({ regionId, localName }) => ({
        RegionId: regionId,
        RegionEndpoint: call.host,
        LocalName: localName,
      })),
    ),

  ListInstances: listing({
    parameters: {
      InstanceIds: jsonIds(100, "InvalidParameter"),
      PublicIpAddresses: jsonIds(100, "InvalidParameter"),
      InstanceName: text,
      Status: text,
    },
    isEverywhere: true,
    list: "Instances",
    paging: () => ({ maxSize: 100 }),
    rows: ({ InstanceIds, PublicIpAddresses, InstanceName, Status }, region) => {
      const machines = machinesOf(region, InstanceIds);
      // An unknown id is an internal error, as users report of the real one.
      if (InstanceIds?.length === 1 && machines.length === 0) throw new ApiError("InternalError");
      return machines.filter(
        ({ publicIpAddress, name, status }) =>
          (PublicIpAddresses?.includes(publicIpAddress) ?? true) &&
          matchesWildcard(InstanceName, name) &&
          fits(Status, status),
      );
    },
    item: (machine, _, { regionId }) => shapes.toInstance(machine, regionId),
  }),

  /** The runs of one instance. */
  DescribeInvocations: listing({
    parameters: { InstanceId: required, InvokeStatus: text },
    list: "Invocations",
    rows: ({ InstanceId, InvokeStatus }, region, now) =>
      runsOn(region, InstanceId)
        .flatMap((run) => run.records(now).map((record) => ({ run, record })))
        .filter(
          ({ record }) => record.instanceId === InstanceId && fits(InvokeStatus, legacyInstanceStatus(record.status)),
        ),
    keyOf: ({ run }) => runKey(run),
    item: ({ run, record }) => shapes.toInvocation(run, record),
  }),

  /** One record; all three parameters are mandatory. */
  DescribeInvocationResult: regional({
    parameters: { InstanceId: required, InvokeId: required },
    answer({ InstanceId, InvokeId }, region, { call }) {
      const run = runsOn(region, InstanceId).find(({ invokeId }) => invokeId === InvokeId);
      const record = run?.records(call.at).find(({ instanceId }) => instanceId === InstanceId);
      if (run === undefined || record === undefined) throw new ApiError("InvalidInvokeId.NotFound");
      return { InvocationResult: shapes.toInvocationResult(run, record) };
    },
  }),

  /** Runs with their records and outputs; InstanceId switches CommandName off. */
  DescribeCommandInvocations: listing({
    parameters: {
      InvokeId: text,
      InstanceId: text,
      CommandId: text,
      CommandName: text,
      CommandType: text,
      InvocationStatus: text,
    },
    list: "CommandInvocations",
    rows: ({ InvokeId, InstanceId, CommandId, CommandName, CommandType, InvocationStatus: status }, region, now) =>
      runsOf(region, InvokeId).filter(
        (run) =>
          (InstanceId === undefined ? fits(CommandName, run.command.name) : run.instanceIds.includes(InstanceId)) &&
          fits(CommandId, run.command.commandId) &&
          fits(CommandType, run.command.type) &&
          (status === undefined || stateOf(run, now).status === status),
      ),
    keyOf: runKey,
    item: (run, _, { outputEncoding }, now) =>
      shapes.toCommandInvocation(run, now, outputEncoding === "base64" ? toBase64 : toPlainText),
  }),

  /** Provider is mandatory here, and names are whole. */
  DescribeCommands: listing({
    parameters: { Provider: required, CommandId: text, Name: text, Type: text },
    list: "Commands",
    rows: ({ Provider, CommandId, Name, Type }, region) =>
      region
        .commands()
        .filter(
          ({ provider, commandId, name, type }) =>
            fits(Provider, provider) && fits(CommandId, commandId) && fits(Name, name) && fits(Type, type),
        ),
    item: shapes.toCommand,
  }),

  /** Tells whether the agent is installed, by a real flag, unlike on ECS. */
  DescribeCloudAssistantStatus: listing({
    parameters: { InstanceIds: agentIds },
    list: "CloudAssistantStatus",
    rows: ({ InstanceIds }, region) => machinesOf(region, InstanceIds),
    item: ({ instanceId }) => ({ InstanceId: instanceId, Status: true }),
  }),

  /** Tells whether the agent answers. */
  DescribeCloudAssistantAttributes: listing({
    parameters: { InstanceIds: someAgentIds },
    list: "CloudAssistant",
    rows: ({ InstanceIds }, region) => machinesOf(region, InstanceIds),
    item: shapes.toAgentAttributes,
  }),
};

/** @throws ApiError `InvalidInstanceId.NotFound` if neither the region nor one of its runs knows the instance. */
function runsOn(region: Region, instanceId: string): readonly Run[] {
  const runs = region.runs().filter((run) => run.instanceIds.includes(instanceId));
  if (runs.length === 0 && machinesOf(region, [instanceId]).length === 0)
    throw new ApiError("InvalidInstanceId.NotFound");
  return runs;
}
