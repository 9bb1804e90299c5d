import type { CommandType, InvocationStatus } from "#domain";

/** The vendor's name of a command type; undefined for one that this gateway does not know. */
export const COMMAND_TYPE_WORDS: Readonly<Record<CommandType, string | undefined>> = {
  RUN_SHELL_SCRIPT: "RunShellScript",
  RUN_BAT_SCRIPT: "RunBatScript",
  RUN_POWERSHELL_SCRIPT: "RunPowerShellScript",
  UNKNOWN: undefined,
};

/** The one status that a query asks for, undefined for none or several. */
export function singleStatus(statusIn: readonly InvocationStatus[] | undefined): InvocationStatus | undefined {
  return statusIn?.length === 1 ? statusIn[0] : undefined;
}
