/** One policy and how it stands. */
export interface RateLimitState {
  readonly policy: string;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** The fields of an HTTP response, by name. */
export type RateLimitFields = Readonly<Record<"RateLimit-Policy" | "RateLimit", string>>;

/**
 * The response fields that say what is left, as structured lists.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function toRateLimitFields(states: readonly RateLimitState[]): RateLimitFields | null {
  if (states.length === 0) return null;
  return {
    "RateLimit-Policy": states
      .map(({ policy, quota, windowSeconds }) => `"${policy}";q=${quota};w=${windowSeconds}`)
      .join(", "),
    RateLimit: states
      .map(({ policy, remaining, resetMs }) => `"${policy}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
      .join(", "),
  };
}
