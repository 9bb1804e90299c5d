import { ApiError } from "../http/index.ts";
import type { InstanceRecord, Run } from "../world/index.ts";
import type { Action } from "./action.ts";
import { fits, listing, machinesOf, matchesWildcard, nest, runKey, runsOf } from "./action.ts";
import type { ResultRow } from "./ecs-shapes.ts";
import * as shapes from "./ecs-shapes.ts";
import { encoding, flag, ids, jsonIds, oneOf, readParameters, tags, text, type Values } from "./parameters.ts";
import { legacyRecordStatus, stateOf, willRunAgain } from "./status.ts";

const RUN_FILTERS = {
  InvokeId: text,
  InstanceId: text,
  CommandId: text,
  ResourceGroupId: text,
  Tags: tags,
  ContentEncoding: encoding,
} as const;
const REGION_FILTERS = { AcceptLanguage: oneOf("InvalidAcceptLanguage.NotFound", "zh-CN", "en-US", "ja") } as const;

/** Every action of ECS that the emulator answers. */
export const ECS_ACTIONS: Readonly<Record<string, Action>> = {
  DescribeRegions({ call, regions }) {
    readParameters(REGION_FILTERS, call.parameters);
    const rows = regions.map(({ regionId, localName }) => ({ RegionId: regionId, LocalName: localName }));
    return nest(
      "Regions.Region",
      rows.map((row) => ({ ...row, RegionEndpoint: call.host, Status: "available" })),
    );
  },

  DescribeInstances: listing({
    parameters: { InstanceIds: jsonIds(100, "InvalidParameter"), InstanceName: text, Status: text },
    isEverywhere: true,
    list: "Instances.Instance",
    paging: () => ({ maxSize: 100, clampMinTo: 10 }),
    rows: ({ InstanceIds, InstanceName, Status }, region) =>
      machinesOf(region, InstanceIds).filter(
        (machine) => !isManaged(machine) && matchesWildcard(InstanceName, machine.name) && fits(Status, machine.status),
      ),
    item: (machine, _, { regionId }) => shapes.toInstance(machine, regionId),
  }),

  /** Machines outside the vendor's cloud. */
  DescribeManagedInstances: listing({
    parameters: { InstanceId: ids },
    list: "Instances",
    rows: ({ InstanceId }, region) => machinesOf(region, InstanceId).filter(isManaged),
    item: shapes.toManagedInstance,
  }),

  DescribeCommands: listing({
    parameters: { Name: text, CommandId: text, Type: text, Provider: text, ContentEncoding: encoding },
    list: "Commands.Command",
    rows: ({ Name, CommandId, Type, Provider }, region) =>
      region
        .commands()
        .filter(
          ({ name, commandId, type, provider }) =>
            matchesWildcard(Name, name) && fits(CommandId, commandId) && fits(Type, type) && fits(Provider, provider),
        ),
    item: (command, { ContentEncoding }, region) => {
      const runs = region.runs().filter((run) => run.command.commandId === command.commandId);
      return shapes.toCommand(command, ContentEncoding, runs.length);
    },
  }),

  DescribeCloudAssistantStatus: listing({
    parameters: { InstanceId: ids },
    list: "InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus",
    // Ids switch the tokens off.
    paging: ({ InstanceId }) => ({ hasCursor: InstanceId === undefined }),
    rows: ({ InstanceId }, region) => {
      const machines = machinesOf(region, InstanceId);
      if (machines.length < new Set(InstanceId).size) throw new ApiError("InvalidInstance.NotFound");
      return machines;
    },
    item: shapes.toAgentStatus,
  }),

  DescribeInvocations: listing({
    parameters: {
      ...RUN_FILTERS,
      CommandName: text,
      CommandType: text,
      RepeatMode: text,
      Timed: flag,
      InvokeStatus: text,
      IncludeOutput: flag,
    },
    list: "Invocations.Invocation",
    rows: (values, region, now) => {
      const { InvokeId, InstanceId, IncludeOutput, CommandType } = values;
      if (IncludeOutput && InstanceId === undefined && InvokeId === undefined) {
        throw new ApiError("InvalidParameter", { message: "IncludeOutput requires InvokeId or InstanceId." });
      }
      // InstanceId switches these filters off, and nothing is said of it.
      const { CommandName, RepeatMode } = InstanceId === undefined ? values : {};
      const status =
        InstanceId !== undefined && values.InvokeStatus === "PartialFailed" ? undefined : values.InvokeStatus;
      const timed = values.Timed ?? (region.showsTimed ? undefined : false);
      return runsOf(region, InvokeId).filter(
        (run) =>
          isAskedFor(run, values) &&
          fits(CommandName, run.command.name) &&
          fits(CommandType, run.command.type) &&
          fits(RepeatMode, run.settings.repeatMode) &&
          (timed === undefined || willRunAgain(run, now) === timed) &&
          (status === undefined || status === stateOf(run, now).status || status === stateOf(run, now).legacyStatus),
      );
    },
    keyOf: runKey,
    item: (run, { ContentEncoding, IncludeOutput }, _, now) =>
      shapes.toInvocation(run, now, ContentEncoding, IncludeOutput ?? false),
  }),

  /** Every member that is said of the page lies inside `Invocation`. */
  DescribeInvocationResults: listing({
    parameters: { ...RUN_FILTERS, InvokeRecordStatus: text, IncludeHistory: flag },
    list: "InvocationResults.InvocationResult",
    within: "Invocation",
    rows: (values, region, now) => {
      const { InvokeId, InstanceId, InvokeRecordStatus: status, IncludeHistory = false } = values;
      const runs = runsOf(region, InvokeId).filter((run) => isAskedFor(run, values));
      if (IncludeHistory) checkHistory(InvokeId, runs);
      return resultRows(runs, now, InstanceId, IncludeHistory).filter(
        ({ execution }) => fits(status, execution.status) || fits(status, legacyRecordStatus(execution.status)),
      );
    },
    keyOf: ({ run, index }) => ({ ...runKey(run), index }),
    item: (row, { ContentEncoding }) => shapes.toInvocationResult(row, ContentEncoding),
  }),
};

function isManaged({ instanceId }: InstanceRecord): boolean {
  return instanceId.startsWith("mi-");
}

function isAskedFor({ instanceIds, command, settings }: Run, asked: Values<typeof RUN_FILTERS>): boolean {
  return (
    (asked.InstanceId === undefined || instanceIds.includes(asked.InstanceId)) &&
    fits(asked.CommandId, command.commandId) &&
    fits(asked.ResourceGroupId, settings.resourceGroupId) &&
    // An empty value matches any.
    asked.Tags.every(({ key, value }) =>
      settings.tags.some((tag) => tag.key === key && (value === "" || tag.value === value)),
    )
  );
}

function checkHistory(invokeId: string | undefined, runs: readonly Run[]): void {
  const isRepeated = runs.every((run) => ["Period", "EveryReboot"].includes(run.settings.repeatMode));
  if (invokeId !== undefined && isRepeated) return;
  const message = "IncludeHistory requires the InvokeId of a task whose RepeatMode is Period or EveryReboot.";
  throw new ApiError("InvalidParameter", { message });
}

function resultRows(
  runs: readonly Run[],
  now: number,
  instanceId: string | undefined,
  includeHistory: boolean,
): readonly ResultRow[] {
  const rows = runs.flatMap((run) =>
    run
      .records(now)
      .filter((record) => fits(instanceId, record.instanceId))
      .flatMap((record) =>
        (includeHistory ? record.executions() : [record]).map((execution) => ({ run, record, execution })),
      )
      .map((row, index) => ({ ...row, index })),
  );
  if (!includeHistory) return rows;
  const latestFirst = rows.sort((a, b) => (b.execution.startTime ?? 0) - (a.execution.startTime ?? 0));
  return latestFirst.map((row, index) => ({ ...row, index }));
}
