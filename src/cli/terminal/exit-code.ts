/** Exit codes of the command, for scripts. */
export const EXIT_CODES = {
  /** It worked; with `--wait`, the run succeeded. */
  success: 0,
  /** With `--wait`: the run is final and did not succeed. */
  failedRun: 1,
  /** Wrong usage, no such run, or no answer from the gateway. */
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

/**
 * Whether a final run succeeded. `FINISHED` says nothing about the outcome, so there every instance must have succeeded.
 */
export function toExitCode({ status, statusCounts }: Ended): ExitCode {
  if (status === "SUCCESS") return EXIT_CODES.success;
  const isAllSuccess = statusCounts.length > 0 && statusCounts.every((entry) => entry.status === "SUCCESS");
  return status === "FINISHED" && isAllSuccess ? EXIT_CODES.success : EXIT_CODES.failedRun;
}
