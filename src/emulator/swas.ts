import type { Action, ActionContext, RunState } from "./action.ts";
import { assistantRegionOf, regionOf, statesOf } from "./action.ts";
import { ApiError } from "./errors.ts";
import { select, testEqual, testInstance, testStatus } from "./filter.ts";
import type { Run } from "./model.ts";
import type { Page, PagingRules, Rows } from "./paging.ts";
import { filterOf, paginate } from "./paging.ts";
import { legacyInstanceStatus } from "./status.ts";
import type { RegionStore } from "./store.ts";
import { toCommandInvocation, toSwasCommand, toSwasInstance, toSwasInvocation, toSwasResult } from "./swas-shapes.ts";

const RULES: PagingRules = { maxSize: 50, hasCursor: false };
const INSTANCE_RULES: PagingRules = { maxSize: 100, hasCursor: false };

/** ListRegions: a flat list. */
export const listRegions: Action = ({ store, host }) => ({
  Regions: store.regions("swas").map(({ regionId, localName }) => ({
    RegionId: regionId,
    RegionEndpoint: host,
    LocalName: localName,
  })),
});

/** ListInstances: ids and addresses come as JSON arrays; an unknown id is an internal error, as users report of the real one. */
export const listInstances: Action = (context) => {
  const region = regionOf(context);
  const { parameters } = context;
  const ids = parameters.jsonList("InstanceIds");
  if (ids && ids.length > 100) throw new ApiError("InvalidParameter");
  if (ids?.length === 1 && region.instance(ids[0] ?? "") === undefined) throw new ApiError("InternalError");
  const addresses = parameters.jsonList("PublicIpAddresses");
  const status = parameters.text("Status");
  const rows = region
    .instances()
    .filter((instance) => ids === undefined || ids.includes(instance.instanceId))
    .filter((instance) => addresses === undefined || addresses.includes(instance.publicIpAddress))
    .filter((instance) => status === undefined || instance.status === status)
    .map((instance, index) => ({ instance, index }));
  const page = paginate(listed(context, rows), parameters, INSTANCE_RULES, context.drift);
  return {
    ...pageMembers(page),
    Instances: page.items.map(({ instance }) => toSwasInstance(instance, region.regionId)),
  };
};

/** DescribeInvocations: the runs of one instance. */
export const describeSwasInvocations: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const instanceId = existing(region, parameters.required("InstanceId"));
  const status = parameters.text("InvokeStatus");
  const runs = select(region.runs(), [testInstance(instanceId)]);
  const recordOf = ({ records }: RunState) => records.find((record) => record.instanceId === instanceId);
  const rows = select(statesOf(runs, context.now), [
    status === undefined ? null : (state) => legacyInstanceStatus(recordOf(state)?.status ?? "") === status,
  ]);
  const page = paginate(states(context, rows), parameters, RULES, context.drift);
  const items = page.items.flatMap((state) => {
    const record = recordOf(state);
    return record ? [toSwasInvocation(state.run, record)] : [];
  });
  return { ...pageMembers(page), Invocations: items };
};

/** DescribeInvocationResult: one record; all three parameters are mandatory. */
export const describeInvocationResult: Action = (context) => {
  const region = assistantRegionOf(context);
  const instanceId = existing(region, context.parameters.required("InstanceId"));
  const invokeId = context.parameters.required("InvokeId");
  const run = region.run(invokeId);
  const record = run?.records(context.now).find((each) => each.instanceId === instanceId);
  if (run === undefined || record === undefined) throw new ApiError("InvalidInvokeId.NotFound");
  return { InvocationResult: toSwasResult(run, record) };
};

/** DescribeCommandInvocations: runs with their records and outputs; InstanceId switches CommandName off. */
export const describeCommandInvocations: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const instanceId = parameters.text("InstanceId");
  const invokeId = parameters.text("InvokeId");
  const rows = select(candidates(region, invokeId), [
    testInstance(instanceId),
    testEqual(parameters.text("CommandId"), (run) => run.command.commandId),
    testEqual(instanceId === undefined ? parameters.text("CommandName") : undefined, (run) => run.command.name),
    testEqual(parameters.text("CommandType"), (run) => run.command.type),
    testStatus(parameters.text("InvocationStatus"), context.now),
  ]);
  const keyOf = (run: Run) => ({ time: run.creationTime, sequence: run.sequence, index: 0 });
  const list = { rows, keyOf, filter: filterOf(context.action, context.raw) };
  const page = paginate(list, parameters, RULES, context.drift);
  const items = statesOf(page.items, context.now).map((state) => toCommandInvocation(state, region.outputEncoding));
  return { ...pageMembers(page), CommandInvocations: items };
};

/** DescribeCommands: Provider is mandatory here. */
export const describeSwasCommands: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const provider = parameters.required("Provider");
  const commandId = parameters.text("CommandId");
  const name = parameters.text("Name");
  const type = parameters.text("Type");
  const rows = region
    .commands()
    .filter((command) => command.provider === provider)
    .filter((command) => commandId === undefined || command.commandId === commandId)
    .filter((command) => name === undefined || command.name === name)
    .filter((command) => type === undefined || command.type === type)
    .map((command, index) => ({ command, index }));
  const page = paginate(listed(context, rows), parameters, RULES, context.drift);
  return { ...pageMembers(page), Commands: page.items.map(({ command }) => toSwasCommand(command)) };
};

/** DescribeCloudAssistantStatus: a real flag here, unlike on ECS, which tells whether the agent is installed. */
export const describeSwasAssistantStatus: Action = (context) => {
  const page = pageOfInstances(context, context.parameters.jsonList("InstanceIds"));
  return {
    ...pageMembers(page),
    CloudAssistantStatus: page.items.map(({ instance }) => ({
      InstanceId: instance.instanceId,
      Status: true,
    })),
  };
};

/** DescribeCloudAssistantAttributes: whether the agent answers; texts end in a line feed, as in the vendor's sample. */
export const describeAssistantAttributes: Action = (context) => {
  context.parameters.required("InstanceIds");
  const page = pageOfInstances(context, context.parameters.jsonList("InstanceIds"));
  return {
    ...pageMembers(page),
    CloudAssistant: page.items.map(({ instance }) => ({
      InstanceId: `${instance.instanceId}\n`,
      CloudAssistantStatus: `${instance.agentOnline}\n`,
      CloudAssistantVersion: "2.2.3.939\n",
      OSType: instance.osType === "linux" ? "Linux\n" : "Windows\n",
      InvocationCount: 0,
      ActiveTaskCount: 0,
      SupportSessionManager: true,
    })),
  };
};

function pageOfInstances(context: ActionContext, ids: readonly string[] | undefined) {
  const region = assistantRegionOf(context);
  if (ids && ids.length > 50) throw new ApiError("InstanceIds.ExceedLimit");
  const rows = region
    .instances()
    .filter((instance) => ids === undefined || ids.includes(instance.instanceId))
    .map((instance, index) => ({ instance, index }));
  return paginate(listed(context, rows), context.parameters, RULES, context.drift);
}

function existing(region: RegionStore, instanceId: string): string {
  const isKnown =
    region.instance(instanceId) !== undefined || region.runs().some((run) => run.instanceIds.includes(instanceId));
  if (!isKnown) throw new ApiError("InvalidInstanceId.NotFound");
  return instanceId;
}

function candidates(region: RegionStore, invokeId: string | undefined): readonly Run[] {
  if (invokeId === undefined) return region.runs();
  const run = region.run(invokeId);
  return run ? [run] : [];
}

function states(context: ActionContext, rows: readonly RunState[]): Rows<RunState> {
  const keyOf = ({ run }: RunState) => ({ time: run.creationTime, sequence: run.sequence, index: 0 });
  return { rows, keyOf, filter: filterOf(context.action, context.raw) };
}

function listed<T extends { readonly index: number }>(context: ActionContext, rows: readonly T[]): Rows<T> {
  const keyOf = ({ index }: T) => ({ time: null, sequence: 0, index });
  return { rows, keyOf, filter: filterOf(context.action, context.raw) };
}

function pageMembers(page: Page<unknown>): object {
  return { TotalCount: page.totalCount, PageNumber: page.pageNumber, PageSize: page.pageSize };
}
