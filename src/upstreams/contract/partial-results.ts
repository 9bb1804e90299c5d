import { type InvocationResult, UpstreamError } from "#domain";

/** Some results of a run cannot be had. */
export class PartialResultsError extends UpstreamError {
  /** @param results those that can */
  constructor(
    error: UpstreamError,
    readonly results: readonly InvocationResult[],
  ) {
    super(error);
  }
}
