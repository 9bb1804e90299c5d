import type { Action, ActionContext } from "./action.ts";
import { assistantRegionOf } from "./action.ts";
import { ApiError } from "./errors.ts";
import { createPlannedRun } from "./lifecycle.ts";
import type { CommandRecord, RunSettings } from "./model.ts";
import { interpretScript } from "./script.ts";
import type { RegionStore } from "./store.ts";

const TYPES: ReadonlySet<string> = new Set(["RunShellScript", "RunBatScript", "RunPowerShellScript"]);
const START_DELAY_MS = 500;

/** ECS RunCommand: starts a run of the given content, and tells its id and that of its command. */
export const runEcsCommand: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const type = typeOf(parameters.required("Type"));
  const content = parameters.required("CommandContent");
  const isPlain = parameters.text("ContentEncoding") === "PlainText";
  const command = newCommand(context, region, type, Buffer.from(content, isPlain ? "utf8" : "base64"));
  if (parameters.flag("KeepCommand")) region.putCommand(command);
  const invokeId = start(context, region, command, ecsInstances(context, region));
  return { InvokeId: invokeId, CommandId: command.commandId };
};

/** ECS InvokeCommand: starts a run of a stored command. */
export const invokeEcsCommand: Action = (context) => {
  const region = assistantRegionOf(context);
  const command = storedCommand(region, context.parameters.required("CommandId"));
  return { InvokeId: start(context, region, command, ecsInstances(context, region)) };
};

/** ECS StopInvocation. */
export const stopInvocation: Action = (context) => {
  const region = assistantRegionOf(context);
  const run = region.run(context.parameters.required("InvokeId"));
  if (run === undefined) throw new ApiError("InvalidInvokeId.NotFound");
  const ids = context.parameters.list("InstanceId");
  if (ids.length > 50) throw new ApiError("InstanceIds.ExceedLimit");
  if (ids.some((id) => !run.instanceIds.includes(id))) throw new ApiError("InvalidInstanceId.NotFound");
  run.stop(context.now, ids);
  return {};
};

/** SWAS RunCommand: one instance, plain text in. */
export const runSwasCommand: Action = (context) => {
  const region = assistantRegionOf(context);
  const { parameters } = context;
  const instanceIds = known(region, [parameters.required("InstanceId")]);
  const type = typeOf(parameters.required("Type"));
  parameters.required("Name");
  const command = newCommand(context, region, type, Buffer.from(parameters.required("CommandContent")));
  return { InvokeId: start(context, region, command, instanceIds) };
};

/** SWAS InvokeCommand: instances as a JSON array. */
export const invokeSwasCommand: Action = (context) => {
  const region = assistantRegionOf(context);
  const command = storedCommand(region, context.parameters.required("CommandId"));
  context.parameters.required("InstanceIds");
  const instanceIds = context.parameters.jsonList("InstanceIds") ?? [];
  if (instanceIds.length > 50) throw new ApiError("InstanceIds.ExceedLimit");
  return { InvokeId: start(context, region, command, known(region, instanceIds)) };
};

function typeOf(type: string): string {
  if (!TYPES.has(type)) throw new ApiError("InvalidCommandType.NotFound");
  return type;
}

function ecsInstances(context: ActionContext, region: RegionStore): readonly string[] {
  const ids = context.parameters.list("InstanceId");
  if (ids.length === 0) throw new ApiError("MissingParam.InstanceId", { message: "InstanceId is not supplied." });
  if (ids.length > 100) throw new ApiError("InstanceIds.ExceedLimit");
  return known(region, ids);
}

function known(region: RegionStore, ids: readonly string[]): readonly string[] {
  if (ids.some((id) => region.instance(id) === undefined)) throw new ApiError("InvalidInstanceId.NotFound");
  return ids;
}

function storedCommand(region: RegionStore, commandId: string): CommandRecord {
  const command = region.commands().find((each) => each.commandId === commandId);
  if (command === undefined) throw new ApiError("InvalidCmdId.NotFound");
  return command;
}

function newCommand(context: ActionContext, region: RegionStore, type: string, content: Uint8Array): CommandRecord {
  const { parameters, now } = context;
  return {
    commandId: `c-${context.newId(region.regionId)}`,
    name: parameters.text("Name") ?? `cmd-${new Date(now).toISOString().slice(0, 10)}`,
    description: parameters.text("Description") ?? "",
    type,
    content,
    provider: "User",
    creationTime: now,
    timeout: parameters.integer("Timeout", "InvalidParameter") ?? 60,
    workingDir: parameters.text("WorkingDir") ?? (type === "RunShellScript" ? "/root" : "C:\\Windows\\system32"),
    parameterNames: [],
  };
}

function start(
  context: ActionContext,
  region: RegionStore,
  command: CommandRecord,
  instanceIds: readonly string[],
): string {
  const invokeId = `t-${context.newId(region.regionId)}`;
  const settings = settingsOf(context, command);
  const creationTime = Math.floor(context.now / 1000) * 1000;
  const startsAt = context.now + START_DELAY_MS;
  const script = interpretScript(command.content, settings.parameters);
  const timeoutMs = settings.timeout * 1000;
  const isTimeout = script.durationMs > timeoutMs;
  const run = createPlannedRun({
    invokeId,
    sequence: region.nextSequence(),
    creationTime,
    command,
    settings,
    instanceIds,
    planOf: (index) => ({
      instanceId: instanceIds[index] ?? "",
      startsAt,
      endsAt: startsAt + Math.min(script.durationMs, timeoutMs),
      outcome: isTimeout ? "Timeout" : script.exitCode === 0 ? "Success" : "Failed",
      exitCode: isTimeout ? 0 : script.exitCode,
      errorCode: isTimeout ? "ExecutionTimeout" : script.exitCode === 0 ? "" : "ExitCodeNonzero",
      errorInfo: isTimeout
        ? "The command execution has been timeout"
        : script.exitCode === 0
          ? ""
          : "The command execution exit code is not zero",
      mayBeCut: false,
      output: () => ({ bytes: script.output, dropped: 0 }),
    }),
  });
  region.putRun(run);
  return invokeId;
}

function settingsOf({ parameters }: ActionContext, command: CommandRecord): RunSettings {
  return {
    frequency: parameters.text("Frequency") ?? "",
    repeatMode: parameters.text("RepeatMode") ?? "Once",
    timed: (parameters.text("RepeatMode") ?? "Once") === "Period",
    timeout: parameters.integer("Timeout", "InvalidParameter") ?? command.timeout,
    parameters: parametersOf(parameters.text("Parameters")),
    username: parameters.text("Username") ?? parameters.text("WorkingUser") ?? "root",
    workingDir: parameters.text("WorkingDir") ?? command.workingDir,
    containerId: parameters.text("ContainerId") ?? "",
    containerName: parameters.text("ContainerName") ?? "",
    launcher: parameters.text("Launcher") ?? "",
    terminationMode: parameters.text("TerminationMode") ?? "Process",
    ossOutputDelivery: parameters.text("OssOutputDelivery") ?? "",
    resourceGroupId: parameters.text("ResourceGroupId") ?? "",
    tags: parameters.tags(),
  };
}

function parametersOf(text: string | undefined): Readonly<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
    }
  } catch {
    // falls through to the one answer for everything that is no object
  }
  throw new ApiError("InvalidParameter", { message: "The specified parameter Parameters is not valid." });
}
