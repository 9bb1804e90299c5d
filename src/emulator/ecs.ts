import type { Action, ActionContext } from "./action.ts";
import { assistantRegionOf, encoderOf, regionOf, statesOf } from "./action.ts";
import type { ResultRow } from "./ecs-shapes.ts";
import { toEcsCommand, toEcsInstance, toInvocation, toInvocationResult, toManagedInstance } from "./ecs-shapes.ts";
import { ApiError } from "./errors.ts";
import { select, testAnyStatus, testEqual, testInstance, testTags, testTimed } from "./filter.ts";
import type { InstanceRecord, Run } from "./model.ts";
import type { PagingRules, Rows } from "./paging.ts";
import { filterOf, paginate } from "./paging.ts";
import { legacyRecordStatus } from "./status.ts";
import type { RegionStore } from "./store.ts";

const RULES: PagingRules = { maxSize: 50, hasCursor: true };
const INSTANCE_RULES: PagingRules = { maxSize: 100, hasCursor: true, clampMinTo: 10 };
const NAMES: Readonly<Record<string, number>> = { "zh-CN": 1, "en-US": 1, ja: 1 };

/** DescribeRegions: no paging, no RegionId. */
export const describeRegions: Action = ({ parameters, store, host }) => {
  const language = parameters.text("AcceptLanguage") ?? "zh-CN";
  if (!Object.hasOwn(NAMES, language)) throw new ApiError("InvalidAcceptLanguage.NotFound");
  const regions = store.regions("ecs");
  return {
    Regions: {
      Region: regions.map(({ regionId, localName }) => ({
        RegionId: regionId,
        RegionEndpoint: host,
        LocalName: localName,
        Status: "available",
      })),
    },
  };
};

/** DescribeInstances: sizes out of bounds are moved into them, ids come as a JSON array. */
export const describeInstances: Action = (context) => {
  const region = regionOf(context);
  const ids = context.parameters.jsonList("InstanceIds");
  if (ids && ids.length > 100) throw new ApiError("InvalidParameter");
  const name = context.parameters.text("InstanceName");
  const status = context.parameters.text("Status");
  const rows = region
    .instances()
    .filter((instance) => !isManaged(instance))
    .filter((instance) => ids === undefined || ids.includes(instance.instanceId))
    .filter((instance) => name === undefined || matchesWildcard(name, instance.name))
    .filter((instance) => status === undefined || instance.status === status)
    .map((instance, index) => ({ instance, index }));
  const page = paginate(listed(context, rows), context.parameters, INSTANCE_RULES, context.drift);
  return {
    ...pageMembers(page),
    Instances: { Instance: page.items.map(({ instance }) => toEcsInstance(instance, region.regionId)) },
  };
};

/** DescribeManagedInstances: machines outside the vendor's cloud. */
export const describeManagedInstances: Action = (context) => {
  const region = assistantRegionOf(context);
  const ids = context.parameters.list("InstanceId");
  if (ids.length > 50) throw new ApiError("InstanceIds.ExceedLimit");
  const rows = region
    .instances()
    .filter((instance) => isManaged(instance) && (ids.length === 0 || ids.includes(instance.instanceId)))
    .map((instance, index) => ({ instance, index }));
  const page = paginate(listed(context, rows), context.parameters, RULES, context.drift);
  return { ...pageMembers(page), Instances: page.items.map(({ instance }) => toManagedInstance(instance)) };
};

function isManaged({ instanceId }: InstanceRecord): boolean {
  return instanceId.startsWith("mi-");
}

/** DescribeCommands. */
export const describeCommands: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const encode = encoderOf(parameters);
  const name = parameters.text("Name");
  const equal = {
    commandId: parameters.text("CommandId"),
    type: parameters.text("Type"),
    provider: parameters.text("Provider"),
  };
  const rows = region
    .commands()
    .filter((command) => name === undefined || matchesWildcard(name, command.name))
    .filter((command) => equal.commandId === undefined || command.commandId === equal.commandId)
    .filter((command) => equal.type === undefined || command.type === equal.type)
    .filter((command) => equal.provider === undefined || command.provider === equal.provider)
    .map((command, index) => ({ command, index }));
  const page = paginate(listed(context, rows), parameters, RULES, context.drift);
  const timesOf = (commandId: string) => region.runs().filter((run) => run.command.commandId === commandId).length;
  return {
    ...pageMembers(page),
    Commands: { Command: page.items.map(({ command }) => toEcsCommand(command, encode, timesOf(command.commandId))) },
  };
};

/** DescribeCloudAssistantStatus: the flag is a text here. */
export const describeCloudAssistantStatus: Action = (context) => {
  const region = assistantRegionOf(context);
  const ids = context.parameters.list("InstanceId");
  if (ids.length > 50) throw new ApiError("InstanceIds.ExceedLimit");
  if (ids.some((id) => region.instance(id) === undefined)) throw new ApiError("InvalidInstance.NotFound");
  const rows = region
    .instances()
    .filter((instance) => ids.length === 0 || ids.includes(instance.instanceId))
    .map((instance, index) => ({ instance, index }));
  // Ids switch the tokens off.
  const rules = { ...RULES, hasCursor: ids.length === 0 };
  const page = paginate(listed(context, rows), context.parameters, rules, context.drift);
  return {
    ...pageMembers(page),
    InstanceCloudAssistantStatusSet: {
      InstanceCloudAssistantStatus: page.items.map(({ instance }) => ({
        InstanceId: instance.instanceId,
        CloudAssistantStatus: String(instance.agentOnline),
        CloudAssistantVersion: "2.2.3.939",
        OSType: instance.osType === "linux" ? "Linux" : "Windows",
        InvocationCount: 0,
        ActiveTaskCount: 0,
        SupportSessionManager: true,
      })),
    },
  };
};

/** DescribeInvocations: page mode and cursor mode, filters, and the filters that InstanceId switches off. */
export const describeInvocations: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const encode = encoderOf(parameters);
  const includeOutput = parameters.flag("IncludeOutput") ?? false;
  const instanceId = parameters.text("InstanceId");
  if (includeOutput && instanceId === undefined && parameters.text("InvokeId") === undefined) {
    throw new ApiError("InvalidParameter", { message: "IncludeOutput requires InvokeId or InstanceId." });
  }
  const states = selectInvocations(context, region, instanceId);
  const page = paginate({ ...states, filter: filterOf(context.action, context.raw) }, parameters, RULES, context.drift);
  const items = statesOf(page.items, context.now);
  return {
    ...pageMembers(page),
    Invocations: { Invocation: items.map((state) => toInvocation(state, encode, includeOutput)) },
  };
};

function selectInvocations(context: ActionContext, region: RegionStore, instanceId: string | undefined) {
  const { parameters, now } = context;
  const isSwitchedOff = instanceId !== undefined;
  const status = parameters.text("InvokeStatus");
  const runs = select(candidates(region, parameters.text("InvokeId")), [
    testInstance(instanceId),
    testEqual(parameters.text("CommandId"), (run) => run.command.commandId),
    testEqual(isSwitchedOff ? undefined : parameters.text("CommandName"), (run) => run.command.name),
    testEqual(parameters.text("CommandType"), (run) => run.command.type),
    testEqual(isSwitchedOff ? undefined : parameters.text("RepeatMode"), (run) => run.settings.repeatMode),
    testEqual(parameters.text("ResourceGroupId"), (run) => run.settings.resourceGroupId),
    testTags(parameters),
  ]);
  const keyOf = (run: Run) => ({ time: run.creationTime, sequence: run.sequence, index: 0 });
  const rows = select(runs, [
    testTimed(parameters.flag("Timed") ?? (context.drift.options.showsTimed ? undefined : false), now),
    testAnyStatus(isSwitchedOff && status === "PartialFailed" ? undefined : status, now),
  ]);
  return { rows, keyOf };
}

function candidates(region: RegionStore, invokeId: string | undefined): readonly Run[] {
  if (invokeId === undefined) return region.runs();
  const run = region.run(invokeId);
  return run ? [run] : [];
}

/** DescribeInvocationResults: every paging member lies inside `Invocation`. */
export const describeInvocationResults: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const encode = encoderOf(parameters);
  const runs = select(candidates(region, parameters.text("InvokeId")), [
    testInstance(parameters.text("InstanceId")),
    testEqual(parameters.text("CommandId"), (run) => run.command.commandId),
    testEqual(parameters.text("ResourceGroupId"), (run) => run.settings.resourceGroupId),
    testTags(parameters),
  ]);
  const includeHistory = parameters.flag("IncludeHistory") ?? false;
  if (includeHistory) checkHistory(parameters.text("InvokeId"), runs);
  const status = parameters.text("InvokeRecordStatus");
  const rows = toResultRows(runs, context.now, parameters.text("InstanceId"), includeHistory).filter(
    ({ execution }) =>
      status === undefined || execution.status === status || legacyRecordStatus(execution.status) === status,
  );
  const list: Rows<ResultRow> = {
    rows,
    keyOf: ({ run, index }) => ({ time: run.creationTime, sequence: run.sequence, index }),
    filter: filterOf(context.action, context.raw),
  };
  const page = paginate(list, parameters, RULES, context.drift);
  const results = page.items.map((row) => toInvocationResult(row, encode));
  return { Invocation: { ...pageMembers(page), InvocationResults: { InvocationResult: results } } };
};

function checkHistory(invokeId: string | undefined, runs: readonly Run[]): void {
  const isRepeated = runs.every((run) => ["Period", "EveryReboot"].includes(run.settings.repeatMode));
  if (invokeId !== undefined && isRepeated) return;
  throw new ApiError("InvalidParameter", {
    message: "IncludeHistory requires the InvokeId of a task whose RepeatMode is Period or EveryReboot.",
  });
}

function toResultRows(runs: readonly Run[], now: number, instanceId: string | undefined, includeHistory: boolean) {
  const rows: ResultRow[] = [];
  for (const { run, records } of statesOf(runs, now)) {
    let index = 0;
    for (const record of records) {
      if (instanceId !== undefined && record.instanceId !== instanceId) continue;
      for (const execution of includeHistory ? record.executions() : [record]) {
        rows.push({ run, record, execution, index });
        index += 1;
      }
    }
  }
  if (!includeHistory) return rows;
  const latestFirst = rows.sort((a, b) => (b.execution.startTime ?? 0) - (a.execution.startTime ?? 0));
  return latestFirst.map((row, position) => ({ ...row, index: position }));
}

function listed<T extends { readonly index: number }>(context: ActionContext, rows: readonly T[]): Rows<T> {
  const keyOf = ({ index }: T) => ({ time: null, sequence: 0, index });
  return { rows, keyOf, filter: filterOf(context.action, context.raw) };
}

function pageMembers(page: { totalCount: number; pageNumber: number; pageSize: number; nextToken: string }): object {
  return {
    TotalCount: page.totalCount,
    PageNumber: page.pageNumber,
    PageSize: page.pageSize,
    NextToken: page.nextToken,
  };
}

function matchesWildcard(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
