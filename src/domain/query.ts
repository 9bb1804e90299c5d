import type { CommandType, Instant } from "./invocation.ts";
import type { Provider } from "./source.ts";
import type { InvocationStatus } from "./status.ts";

/** Costly parts of a record, asked for only where a selection needs them. */
export interface Wants {
  /** Output of every execution. */
  readonly output: boolean;
  /** Text of the command. */
  readonly content: boolean;
}

/** A label that a run has to carry. */
export interface TagQuery {
  readonly key: string;
  /** Any value where absent. */
  readonly value?: string;
}

/** Which runs of one source are meant. Members are joined by and; absent members do not restrict. */
export interface InvocationQuery {
  readonly invokeId?: string;
  readonly commandId?: string;
  readonly commandName?: string;
  readonly commandType?: CommandType;
  readonly instanceId?: string;
  readonly timed?: boolean;
  /** All of these. Products whose runs have no labels have no such runs. */
  readonly tags?: readonly TagQuery[];
  /**
   * Only runs that were started with this resource group. No answer names it, so it is the upstream alone that knows;
   * products without it have no such runs.
   */
  readonly resourceGroupId?: string;
  /** Any of these; an empty list matches nothing. */
  readonly statusIn?: readonly InvocationStatus[];
  /** At or after. */
  readonly createdAfter?: Instant;
  /** Before. */
  readonly createdBefore?: Instant;
}

/** Which runs of all sources are meant. */
export interface InvocationFilter extends InvocationQuery {
  readonly providerIn?: readonly Provider[];
  readonly regionIdIn?: readonly string[];
  readonly accountIn?: readonly string[];
}
