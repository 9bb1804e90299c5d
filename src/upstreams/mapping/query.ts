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

/** The key of a list: its name, and the filter that the upstream applies, in one order. */
export function listKey(name: string, filter: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(filter).filter(([, value]) => value !== undefined);
  return parts.length === 0 ? name : `${name} ${JSON.stringify(parts.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}
