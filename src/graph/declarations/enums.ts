import { registerEnumType } from "type-graphql";

import type {
  CommandType,
  InstanceInvocationStatus,
  InvocationStatus,
  Provider,
  ScheduleKind,
  SourceErrorCode,
} from "#domain";
import type { BackfillState, InvocationOrder, StatisticsGroup, StatisticsInterval } from "#services";

/** The cloud products, by the names that clients use. */
export const ProviderEnum = enumOf<Provider>("Provider", "The cloud product whose Cloud Assistant ran the command.", {
  ECS: "Elastic Compute Service: full servers, and machines elsewhere that are managed through it.",
  SWAS: "Simple Application Server: small servers sold as one package.",
});

/** How timed runs are scheduled. */
export const ScheduleKindEnum = enumOf<ScheduleKind>("ScheduleKind", "How a timed run is scheduled.", {
  CRON: "By the fields of a cron expression, which begin with seconds.",
  RATE: "At a steady rate, as `5m`.",
  AT: "Once, at an instant.",
  UNKNOWN: "In a form that this gateway does not know.",
});

/** States of a whole run. */
export const InvocationStatusEnum = enumOf<InvocationStatus>(
  "InvocationStatus",
  "State of a whole run. Final: SUCCESS, PARTIAL_FAILED, FAILED, STOPPED, FINISHED.",
  {
    PENDING: "Accepted; at least one instance has not started yet, others may have. Not final.",
    SCHEDULED: "Waits for its next time by its schedule. Not final.",
    RUNNING: "At least one instance is still executing it, and none waits to start. Not final.",
    STOPPING: "Somebody asked to stop it; some instances are still at it. Not final.",
    SUCCESS: "Every instance ended well. Final.",
    PARTIAL_FAILED: "Some instances ended well, others did not. Final.",
    FAILED: "No instance ended well. Final.",
    STOPPED: "Stopped before its end. Final.",
    FINISHED: "Over, but the upstream does not say whether well or not: look at the exit codes. Final.",
    UNKNOWN: "The upstream used a word that the gateway does not know; `rawStatus` has it. Not final.",
  },
);

/** States of a run on one instance. */
export const InstanceInvocationStatusEnum = enumOf<InstanceInvocationStatus>(
  "InstanceInvocationStatus",
  "State of a run on one instance. Not final: PENDING, SCHEDULED, RUNNING, STOPPING, UNKNOWN.",
  {
    PENDING: "Accepted, but not yet handed to the instance. Not final.",
    SCHEDULED: "Waits for its next time by its schedule. Not final.",
    RUNNING: "The instance is executing it. Not final.",
    STOPPING: "Somebody asked to stop it; the instance is still at it. Not final.",
    SUCCESS: "Ended with exit code 0. Final.",
    FAILED: "Ran to its end with another exit code than 0. Final.",
    ERROR: "Could not be executed; `error` says why. Final.",
    TIMEOUT: "Ran longer than its time-out allowed and was ended. Final.",
    ABORTED: "Was broken off because the instance or its agent went away. Final.",
    INVALID: "Type or parameters of the command do not fit this instance. Final.",
    CANCELLED: "Taken back before it started. Final.",
    TERMINATED: "Ended on somebody's request while it ran. Final.",
    STOPPED: "Stopped before its end; the upstream does not say more. Final.",
    FINISHED: "Over, but without an exit code that would say whether well or not. Final.",
    UNKNOWN: "The upstream used a word that the gateway does not know; `rawStatus` has it. Not final.",
  },
);

/** Orders of a list of runs. */
export const InvocationOrderEnum = enumOf<InvocationOrder>(
  "InvocationOrder",
  "In which order runs come. What has no such time or duration comes last; a source whose lists tell no times is not complete then.",
  {
    CREATION_TIME_DESC:
      "Handed in last first: the order in which everything is read, and the only one without a bound.",
    FINISH_TIME_DESC: "Over last first. Needs `filter.createdAfter`.",
    FINISH_TIME_ASC: "Over first first. Needs `filter.createdAfter`.",
    DURATION_DESC: "Longest first. Needs `filter.createdAfter`.",
    DURATION_ASC: "Shortest first. Needs `filter.createdAfter`.",
  },
);

/** Orders of a run's instances. */
export const InstanceInvocationOrderEnum = enumOf<InstanceInvocationOrder>(
  "InstanceInvocationOrder",
  "In which order the instances of a run come.",
  {
    INSTANCE_ID: "By instance id.",
    FAILURES_FIRST:
      "What failed first, then what is not over, then what was stopped, then what ended well; by instance id within each.",
  },
);

/** What statistics have rows for. */
export const StatisticsGroupEnum = enumOf<StatisticsGroup>("StatisticsGroup", "What statistics have a row for.", {
  NONE: "Everything in one row.",
  COMMAND: "Each name of a command; its id if it has no name.",
  INSTANCE: "Each server, by id; what is counted then are executions on it.",
  STATUS: "Each state.",
  PROVIDER: "Each product.",
  REGION: "Each region.",
  ACCOUNT: "Each account.",
  DAY: "Each day, from midnight in UTC.",
  HOUR: "Each hour.",
});

/** Stretches of time that statistics have rows for. */
export const StatisticsIntervalEnum = enumOf<StatisticsInterval>(
  "StatisticsInterval",
  "A stretch of time, by when runs were handed in.",
  { HOUR: "An hour.", DAY: "A day, from midnight in UTC." },
);

/** How the instances of a run are ordered. */
export type InstanceInvocationOrder = "INSTANCE_ID" | "FAILURES_FIRST";

/** Kinds of scripts. */
export const CommandTypeEnum = enumOf<CommandType>("CommandType", "What kind of script a command holds.", {
  RUN_SHELL_SCRIPT: "A shell script, for Linux.",
  RUN_BAT_SCRIPT: "A batch script, for Windows.",
  RUN_POWERSHELL_SCRIPT: "A PowerShell script, for Windows.",
  UNKNOWN: "A kind that the gateway does not know.",
});

/** Classes of what goes wrong with a source. */
export const SourceErrorCodeEnum = enumOf<SourceErrorCode>(
  "SourceErrorCode",
  "What went wrong with a source, in classes that a client can act on.",
  {
    THROTTLED: "The account's quota of calls is used up until the minute ends.",
    TIMEOUT: "No answer in time.",
    UNREACHABLE: "No connection: name, network or TLS failed.",
    FORBIDDEN: "The keys are good, but may not do this: a RAM policy has to be changed.",
    UNAUTHENTICATED: "The gateway's keys were refused (wrong, disabled, expired, or the clock is off), or it has none.",
    NOT_SUPPORTED: "This region does not offer the product or the action.",
    NOT_FOUND: "The upstream does not know what was asked for.",
    BAD_REQUEST: "The upstream refused the request as wrong: asking again does not help, other arguments may.",
    BAD_RESPONSE: "An answer came, but nobody could read it.",
    UNAVAILABLE: "The upstream failed on its side, or is not asked for a while because it kept failing.",
    UNKNOWN: "Refused with a code that the gateway does not know; `upstreamCode` has it.",
  },
);

/** What goes on with the older runs of a source. */
export const BackfillPhaseEnum = enumOf<BackfillState["phase"]>(
  "BackfillPhase",
  "What goes on with the older runs of a source.",
  {
    WAITING:
      "Nothing is read by this process: it has not begun, another one collects the source, or the database is away.",
    READING: "Older runs are being read.",
    COMPLETE: "Everything is known that the upstream has and that is kept.",
    FULL: "The memory lets go of the oldest runs as others come: no older ones are read.",
    FAILING: "The source could not be read; it is tried again alone. `error` of the source says why.",
  },
);

/** A table of every member with its description becomes an enum whose values are the domain's words. */
export function enumOf<Member extends string>(
  name: string,
  description: string,
  members: Readonly<Record<Member, string>>,
): Readonly<Record<Member, Member>> {
  const words = Object.keys(members) as Member[];
  const values = Object.fromEntries(words.map((word) => [word, word])) as Record<Member, Member>;
  const valuesConfig = Object.fromEntries(words.map((word) => [word, { description: members[word] }]));
  registerEnumType(values, {
    name,
    description,
    valuesConfig: valuesConfig as Record<Member, { description: string }>,
  });
  return values;
}
