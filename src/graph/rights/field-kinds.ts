import type { Kind } from "#access";

/**
 * Fields that need more than the right to see runs. What lies beneath such a field needs it too, and no type beneath can be
 * reached on another way. A test walks the schema: a text that is neither here nor in its list of open texts fails it.
 */
export const GUARDED_FIELDS: Readonly<Record<string, Exclude<Kind, "runs">>> = {
  "Command.content": "commands",
  "Command.contentBase64": "commands",
  "Command.description": "commands",
  "Invocation.launcher": "commands",
  "Invocation.parameters": "commands",
  "Invocation.username": "commands",
  "Invocation.workingDir": "commands",
  "InvocationResult.username": "commands",
  "ExecutionError.info": "outputs",
  "Invocation.ossOutputDelivery": "outputs",
  "Invocation.outputGroups": "outputs",
  "InvocationResult.ossDelivery": "outputs",
  "InvocationResult.output": "outputs",
  "InvocationResult.isOutputKnown": "outputs",
};

// By name alone, since a selection does not know its type; no open field has the name of a guarded one.
const BY_NAME = new Map(Object.entries(GUARDED_FIELDS).map(([field, kind]) => [field.split(".")[1] ?? field, kind]));

/** Which right a field of this name needs beyond the right to see runs; null for none. */
export function kindOfField(name: string): Kind | null {
  return BY_NAME.get(name) ?? null;
}
