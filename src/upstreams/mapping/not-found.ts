import { UpstreamError } from "#domain";

/** The parameters of a request, by which it names what it is about; others do not matter. */
export interface Named {
  readonly InvokeId?: unknown;
  readonly InstanceId?: unknown;
  readonly CommandId?: unknown;
  readonly ResourceGroupId?: unknown;
}

/** Which parameter a code is about, by the words in it. */
const SUBJECTS: readonly (readonly [RegExp, keyof Named])[] = [
  [/ResourceGroup/i, "ResourceGroupId"],
  [/Invoke/i, "InvokeId"],
  [/Command|Cmd/i, "CommandId"],
  [/Instance/i, "InstanceId"],
];

/**
 * True where an error says that the run, command, server or resource group asked for does not exist (any more). The codes that
 * say so are named one by one, in the wire's table: whatever else ends in `.NotFound`, such as an action, is a failure.
 */
export function isNotFound(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === "NOT_FOUND";
}

/**
 * What the call answers, or what stands for it if the upstream says that what the request named does not exist. Of anything that it
 * did not name nothing can be gone: that is a failure.
 */
export async function orNotFound<Value, StandIn>(
  call: Promise<Value>,
  toStandIn: (error: UpstreamError) => StandIn,
  named: Named,
): Promise<Value | StandIn> {
  try {
    return await call;
  } catch (error) {
    if (isGone(error, named)) return toStandIn(error);
    throw error;
  }
}

/** True where an error says that what the request named does not exist. */
export function isGone(error: unknown, named: Named): error is UpstreamError {
  return isNotFound(error) && isAbout(error.upstreamCode ?? "", named);
}

function isAbout(code: string, named: Named): boolean {
  const subject = SUBJECTS.find(([words]) => words.test(code))?.[1];
  return subject !== undefined && named[subject] !== undefined;
}
