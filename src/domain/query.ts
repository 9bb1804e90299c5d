import type { CommandType, Instant } from "./invocation.ts";
import type { Provider } from "./source.ts";
import type { InstanceInvocationStatus, InvocationStatus } from "./status.ts";

/** Costly parts of a record, asked for only where a selection needs them. */
export interface Projection {
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
  /** All of these; an empty list matches nothing. Products whose runs have no labels have no such runs. */
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
  /** Runs with an instance in any of these states, also while the run goes on. No upstream has this filter, nor those below. */
  readonly instanceStatusIn?: readonly InstanceInvocationStatus[];
  /** Part of the command's name, in any case. */
  readonly commandNameContains?: string;
  /** Runs with an instance that failed with any of these of the vendor's codes. */
  readonly errorCodeIn?: readonly string[];
  /** Runs with an instance that ended with any of these. */
  readonly exitCodeIn?: readonly number[];
  /** Over at or after; runs whose end is not known are not meant. */
  readonly finishedAfter?: Instant;
  /** Over before. */
  readonly finishedBefore?: Instant;
  /** The vendor's words, as they came. */
  readonly repeatModeIn?: readonly string[];
  /** Runs that touched any of these servers, by {@link instanceKey}: what a filter by servers' names comes to. */
  readonly instanceKeyIn?: ReadonlySet<string>;
  /**
   * Only runs of which nobody knows whether they are meant by what chooses by instances: some instance cannot be shown, or, with `FIELDS`, some
   * instance that is over is not told whole. With `COMMAND_ID`: of which no record tells the command.
   */
  readonly lacks?: "INSTANCES" | "FIELDS" | "COMMAND_ID";
}

/** Which runs of all sources are meant. */
export interface InvocationFilter extends InvocationQuery {
  readonly providerIn?: readonly Provider[];
  readonly regionIdIn?: readonly string[];
  readonly accountIn?: readonly string[];
  /** Part of the name of a server that the run touched, in any case. Has to be resolved to `instanceKeyIn` before runs are matched. */
  readonly instanceNameContains?: string;
}

/** True if a query has words of its own that an upstream may refuse: ids, names, tags, statuses. Of times there are no wrong ones. */
export function namesSomething(query: InvocationQuery): boolean {
  const { timed: _timed, createdAfter: _after, createdBefore: _before, ...named } = upstreamQuery(query);
  return Object.values(named).some((value) => value !== undefined);
}

/** The part of a query that upstreams can filter by. */
export function upstreamQuery(query: InvocationQuery): InvocationQuery {
  const {
    instanceStatusIn: _states,
    commandNameContains: _name,
    errorCodeIn: _errors,
    exitCodeIn: _exits,
    finishedAfter: _after,
    finishedBefore: _before,
    repeatModeIn: _modes,
    instanceKeyIn: _servers,
    lacks: _lacking,
    ...rest
  } = query;
  return rest;
}
