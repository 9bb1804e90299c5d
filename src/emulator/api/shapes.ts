import type { Members } from "../http/index.ts";
import type { CommandRecord, Execution, InstanceRecord, Run, RunRecord } from "../world/index.ts";
import type { Encoder } from "./parameters.ts";
import { toWireTime } from "./times.ts";

/** Copies members under the vendor's spelling, which begins with a capital letter. */
export function copier<T extends object>(...names: readonly (keyof T & string)[]): (from: T) => Members {
  const pairs = names.map((name) => [name, `${name.charAt(0).toUpperCase()}${name.slice(1)}`] as const);
  return (from) => Object.fromEntries(pairs.map(([name, spelling]) => [spelling, from[name]]));
}

const copyError = copier<Execution>("errorCode", "errorInfo");

/** What both products tell of a stored command alike. */
export const copyCommand = copier<CommandRecord>(
  "commandId",
  "name",
  "type",
  "description",
  "workingDir",
  "timeout",
  "provider",
);

/** What both products tell of a run's command. */
export function commandMembers({ invokeId, command }: Run, encode: Encoder): Members {
  return {
    InvokeId: invokeId,
    CommandName: command.name,
    CommandType: command.type,
    CommandContent: encode(command.content),
  };
}

/** What all actions tell of an execution, apart from its output; the name of the finish time differs among them. */
export function executionMembers(execution: Execution, finishName: "FinishTime" | "FinishedTime"): Members {
  return {
    StartTime: toWireTime(execution.startTime),
    [finishName]: toWireTime(execution.finishTime),
    InvocationStatus: execution.status,
    ExitCode: execution.exitCode ?? undefined,
    ...copyError(execution),
  };
}

/** The system of a machine as most actions spell it. */
export function osTypeOf({ osType }: InstanceRecord): string {
  return osType === "linux" ? "Linux" : "Windows";
}

/** What an execution on an instance printed, encoded. */
export function outputOf({ output }: Pick<RunRecord, "output">, encode: Encoder): string {
  return encode(output().bytes);
}

/** What both products tell of the agent on a machine. */
export const AGENT = {
  CloudAssistantVersion: "2.2.3.939",
  InvocationCount: 0,
  ActiveTaskCount: 0,
  SupportSessionManager: true,
} as const;
