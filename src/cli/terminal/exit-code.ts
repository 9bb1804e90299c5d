import type { InstanceInvocationStatus } from "../../client/index.ts";

/** Exit codes of the command, for scripts. */
export const EXIT_CODES = {
  /** It worked; with `--wait`, the run succeeded. */
  success: 0,
  /** With `--wait`: the run is final and did not succeed. */
  failedRun: 1,
  /** Wrong usage, no such run, or no answer from the gateway; with `--wait`, the run is over and nobody can say how it ended. */
  trouble: 2,
  /** With `--wait`: the time was up before the run was final. */
  timeout: 3,
  /** It worked, but a source or a part of the answer is missing: what was looked for may be there. */
  incomplete: 4,
} as const;

/** One of {@link EXIT_CODES}. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Ends the command with a message for people. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT_CODES.trouble) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Ended {
  readonly status: string;
  readonly statusCounts: readonly { readonly status: string; readonly count: number }[];
}

/** States in which something went wrong on an instance. */
export const FAILED_STATES: readonly InstanceInvocationStatus[] = ["FAILED", "ERROR", "TIMEOUT", "ABORTED", "INVALID"];

/**
 * Whether a final run succeeded: none does on which an instance failed, whatever the upstream says of the run. `FINISHED` does not say, so there
 * the instances do: all succeeded, one did not, or nobody can say.
 */
export function toExitCode({ status, statusCounts }: Ended): ExitCode {
  const words = statusCounts.map((entry) => entry.status);
  if (words.some((word) => FAILED_STATES.some((failed) => failed === word))) return EXIT_CODES.failedRun;
  if (status === "SUCCESS") return EXIT_CODES.success;
  if (status !== "FINISHED") return EXIT_CODES.failedRun;
  if (words.some((word) => word !== "SUCCESS" && word !== "FINISHED" && word !== "UNKNOWN"))
    return EXIT_CODES.failedRun;
  return words.length > 0 && words.every((word) => word === "SUCCESS") ? EXIT_CODES.success : EXIT_CODES.trouble;
}
