import type { Surroundings } from "../terminal/index.ts";

/** What signing in knows of the command. */
export interface SignInContext {
  readonly surroundings: Surroundings;
  /** The gateway to sign in for. */
  readonly gateway: {
    /** The GraphQL address. */
    readonly url: string;
    /** Address of something beside it. */
    addressOf(path: string): string;
  };
}
