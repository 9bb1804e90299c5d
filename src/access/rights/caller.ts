import type { View } from "./view.ts";

/** Who asks. */
export interface Caller {
  /** Unique among all callers, whichever way they are known: limits are counted by it. */
  readonly id: string;
  /** For people: `viewer`, the audit and logs. Not unique. */
  readonly name: string;
  /** `open`: without an access file nobody is known and everybody may read. */
  readonly knownBy: "oidc" | "key" | "proxy" | "open";
  /** Roles of the access file, those of everyone included, in the file's order. */
  readonly roles: readonly string[];
  readonly view: View;
  /** Epoch milliseconds after which the credential is no longer valid; null if it has no end. */
  readonly expiresAt: number | null;
}
