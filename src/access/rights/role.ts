import type { Provider } from "#domain";
import type { Kind } from "./kinds.ts";

/** A role of the access file: kinds of right, for its own sources only. */
export interface Role {
  readonly may: readonly Kind[];
  /** A source belongs to the role if any of these fits. */
  readonly sources: readonly SourceRule[];
  /** Name patterns: the role holds only for runs whose command has such a name. Null: for every run. */
  readonly commandNames: readonly string[] | null;
}

/** Which sources are meant; null stands for every one. */
export interface SourceRule {
  /** Alias of an account, or a name pattern. */
  readonly account: string | null;
  readonly provider: Provider | null;
  /** Region ids or name patterns. */
  readonly regions: readonly string[] | null;
}
