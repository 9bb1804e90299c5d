import type { Action } from "./action.ts";
import * as ecs from "./ecs.ts";
import type { Product } from "./model.ts";
import * as swas from "./swas.ts";
import * as writes from "./writes.ts";

/** Every action the emulator answers. */
export const ACTIONS: Readonly<Record<Product, Readonly<Record<string, Action>>>> = {
  ecs: {
    DescribeRegions: ecs.describeRegions,
    DescribeInstances: ecs.describeInstances,
    DescribeManagedInstances: ecs.describeManagedInstances,
    DescribeCommands: ecs.describeCommands,
    DescribeCloudAssistantStatus: ecs.describeCloudAssistantStatus,
    DescribeInvocations: ecs.describeInvocations,
    DescribeInvocationResults: ecs.describeInvocationResults,
    RunCommand: writes.runEcsCommand,
    InvokeCommand: writes.invokeEcsCommand,
    StopInvocation: writes.stopInvocation,
  },
  swas: {
    ListRegions: swas.listRegions,
    ListInstances: swas.listInstances,
    DescribeCommands: swas.describeSwasCommands,
    DescribeCloudAssistantStatus: swas.describeSwasAssistantStatus,
    DescribeCloudAssistantAttributes: swas.describeAssistantAttributes,
    DescribeInvocations: swas.describeSwasInvocations,
    DescribeInvocationResult: swas.describeInvocationResult,
    DescribeCommandInvocations: swas.describeCommandInvocations,
    RunCommand: writes.runSwasCommand,
    InvokeCommand: writes.invokeSwasCommand,
  },
};

/** Actions whose lists drift: runs arrive and vanish before they are read. */
export const RUN_LISTS: ReadonlySet<string> = new Set([
  "DescribeInvocations",
  "DescribeInvocationResults",
  "DescribeCommandInvocations",
]);
