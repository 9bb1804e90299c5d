import type { ExecutionErrorCode } from "./execution-error-code.ts";

/** Where to look for the cause of a failed execution: what a person would group failures by. */
export type ExecutionErrorClass = "INSTANCE" | "AGENT" | "COMMAND" | "PERMISSION" | "TIMEOUT" | "EXIT_CODE" | "UNKNOWN";

/** What is known about a code beyond the vendor's own text. */
export interface ExecutionErrorDescription {
  readonly class: ExecutionErrorClass;
  /** What to do about it, in one or two sentences; null for a code that is not known. */
  readonly remedy: string | null;
}

/**
 * Says what a code of an execution means and what helps. Codes compare without regard to case and outer blanks; an unknown one
 * is of class `UNKNOWN` without a remedy. Rests on the vendor's API reference and troubleshooting pages.
 */
export function describeExecutionError(code: string): ExecutionErrorDescription {
  return BY_FOLDED_CODE.get(code.trim().toLowerCase()) ?? UNKNOWN;
}

/** Every code that has a description, in the order of the table. */
export function listExecutionErrorCodes(): readonly ExecutionErrorCode[] {
  return Object.keys(DESCRIPTIONS) as ExecutionErrorCode[];
}

const UNKNOWN: ExecutionErrorDescription = { class: "UNKNOWN", remedy: null };

function row(errorClass: ExecutionErrorClass, remedy: string): ExecutionErrorDescription {
  return { class: errorClass, remedy };
}

const DESCRIPTIONS: Readonly<Record<ExecutionErrorCode, ExecutionErrorDescription>> = {
  InstanceNotExists: row(
    "INSTANCE",
    "No instance has this id in this region and account: check the id and the region, or take the released instance off the list of targets.",
  ),
  InstanceReleased: row(
    "INSTANCE",
    "The instance was released while the command was under way. Nothing can be repeated there; run the command on its successor.",
  ),
  InstanceNotRunning: row("INSTANCE", "Start the instance, wait until it is Running, then run the command again."),
  CommandNotApplicable: row(
    "COMMAND",
    "The type of the command does not fit the operating system: use a shell command on Linux, a Bat or PowerShell command on Windows.",
  ),
  AccountNotExists: row(
    "COMMAND",
    "The user that the command is to run as does not exist on the instance: create it there, or run as root (Linux) or System (Windows).",
  ),
  DirectoryNotExists: row(
    "COMMAND",
    "The working directory does not exist on the instance: create it, or run the command without one to use the user's home.",
  ),
  BadCronExpression: row(
    "COMMAND",
    "The schedule cannot be read: correct the cron expression (seconds first, six or seven fields) and run the command again.",
  ),
  ClientNotRunning: row(
    "AGENT",
    "The Cloud Assistant agent is stopped. Log in another way and start it: 'systemctl start aliyun' on Linux, the service AliyunService on Windows.",
  ),
  ClientNotResponse: row(
    "AGENT",
    "The agent took the task but says nothing. Check CPU, memory, disk and network of the instance, restart the agent, then run the command again.",
  ),
  ClientIsUpgrading: row("AGENT", "The agent was updating itself. Wait a minute or two and run the command again."),
  ClientNeedUpgrade: row(
    "AGENT",
    "The agent is too old for what was asked: update it on the instance, then run the command again. The vendor's text names the version that is needed.",
  ),
  DeliveryTimeout: row(
    "TIMEOUT",
    "The command did not reach the instance in time and did not run. Check that the instance is running and its agent is online, then run it again.",
  ),
  ExecutionTimeout: row(
    "TIMEOUT",
    "The command was killed when its time was up; the work may be half done. See from the output how far it came, then raise the timeout or find what hangs.",
  ),
  ExecutionException: row(
    "AGENT",
    "The agent could not carry the command out; the vendor's text may say why. Check free disk space, memory and the interpreter on the instance, then the agent's log.",
  ),
  ExecutionInterrupted: row(
    "INSTANCE",
    "The command was broken off, often by a restart of the instance or its agent. See from the output how far it came before running it again.",
  ),
  ExitCodeNonzero: row(
    "EXIT_CODE",
    "The command ran to its end and reported a failure. Read the output and look the exit code up in the script.",
  ),
  SecurityGroupRuleDenied: row(
    "INSTANCE",
    "A security group keeps the agent from the Cloud Assistant servers: allow outbound TCP 443 to 100.100.0.0/16 and DNS, then run the command again.",
  ),
  TaskConcurrencyLimit: row(
    "AGENT",
    "Too many commands run on the instance at once. Wait for some to end or stop those that hang, then run this one again.",
  ),
  InstanceRestarted: row(
    "INSTANCE",
    "The instance restarted while the command ran; the work may be half done. Find out why it restarted, then run the command again.",
  ),
  InstanceDeregistered: row(
    "INSTANCE",
    "The managed instance was deregistered. Register it again with a new activation code, then run the command again.",
  ),
  ClientNetworkBlocked: row(
    "AGENT",
    "The agent cannot reach the Cloud Assistant servers. Check firewall, security group, routes, DNS and proxy of the instance: outbound TCP 443 must be open.",
  ),
  ClientNotOnline: row(
    "AGENT",
    "The agent is not connected. Check that it is installed and running and that the instance has a way out on TCP 443.",
  ),
  ClientRestarted: row(
    "AGENT",
    "The agent restarted while the command ran, so the end of the command is unknown. Check its effect on the instance before running it again.",
  ),
  InvalidSystemBuiltInParameter: row(
    "COMMAND",
    "The command uses a built-in parameter ({{ACS::...}}) that does not exist or has no value here: correct its name or take it out.",
  ),
  DefaultWorkingDirectoryNotAvailable: row(
    "INSTANCE",
    "The default working directory cannot be used: check that the user's home exists and may be entered, or name a working directory.",
  ),
  InvalidCommandText: row(
    "COMMAND",
    "The text of the command cannot be used: check it for what its parameters turned it into, then create it again.",
  ),
  CommandContentDecodeError: row(
    "COMMAND",
    "The content of the command is not what its stated encoding promises: send it again as base64 of the script, or state plain text.",
  ),
  CronExpressionExpired: row(
    "COMMAND",
    "The cron expression names no time in the future, so nothing will run: set a schedule whose next time is still to come.",
  ),
  InvalidGMTOffsetForTimezone: row(
    "COMMAND",
    "The time zone's GMT offset cannot be read: write it as GMT+8:00, or use a name such as Asia/Shanghai.",
  ),
  InvalidGMTOffsetHourForTimezone: row(
    "COMMAND",
    "The hours of the GMT offset are out of range: use -12 to +14, or a zone name such as Asia/Shanghai.",
  ),
  InvalidGMTOffsetMinuteForTimezone: row(
    "COMMAND",
    "The minutes of the GMT offset are out of range: use 00 to 59, or a zone name such as Asia/Shanghai.",
  ),
  TimezoneInformationCorrupt: row(
    "INSTANCE",
    "The instance's own time zone data cannot be read: reinstall the package tzdata there, or give the zone as a GMT offset.",
  ),
  InvalidRateExpression: row(
    "COMMAND",
    "The interval cannot be read: write rate(5m), rate(1h) or rate(1d), number before unit, without blanks.",
  ),
  RateFrequencyTooLarge: row(
    "COMMAND",
    "The interval is longer than the vendor allows: shorten it, or use a cron expression.",
  ),
  InvalidAtExpression: row(
    "COMMAND",
    "The point in time cannot be read: write at(yyyy-MM-dd HH:mm:ss), with a time zone behind it where it is not the instance's.",
  ),
  AtExpressionExpired: row(
    "COMMAND",
    "The point in time had passed when the command arrived, so it did not run: set a later one.",
  ),
  InvalidContainerName: row(
    "COMMAND",
    "This is no possible container name: take it from 'docker ps' or 'crictl ps' on the instance.",
  ),
  InvalidContainerId: row(
    "COMMAND",
    "This is no possible container id: take the full id from 'docker ps --no-trunc' or 'crictl ps --no-trunc'.",
  ),
  UnsupportedContainerRuntime: row(
    "INSTANCE",
    "The container runs under a runtime that the agent cannot enter: use Docker or containerd, or run the command on the instance and enter the container from there.",
  ),
  ContainerConnectFailed: row(
    "INSTANCE",
    "The agent could not enter the container. Check that the container runtime answers ('docker info' or 'crictl info') and that the container has a shell.",
  ),
  ContainerStateAbnormal: row("INSTANCE", "The container is not running: start it, then run the command again."),
  ContainerNotFound: row(
    "INSTANCE",
    "No such container on this instance; it may have been replaced under a new id. Look it up with 'docker ps' or 'crictl ps' and run the command again.",
  ),
  ContainerNameDuplicated: row("COMMAND", "Several containers bear this name: name the container by its id."),
  ContainerNameAndIdNotMatch: row(
    "COMMAND",
    "Container name and id belong to different containers: give only one of them.",
  ),
  UserOrPasswordInvalid: row(
    "PERMISSION",
    "Windows refused the user or its password: correct the password in the parameter store, and check that the account is neither locked nor expired.",
  ),
  QueryParameterStoreFailed: row(
    "PERMISSION",
    "A secret of the command could not be read from the parameter store: check that it exists in this region and that the instance's RAM role may read it.",
  ),
  InstanceRoleInvalid: row(
    "PERMISSION",
    "The instance has no RAM role, or one that lacks the right: attach a role that may read what the command needs.",
  ),
  TerminationException: row(
    "AGENT",
    "The command was to be stopped but could not be: its processes may still run. Look for them on the instance and end them there.",
  ),
  FileAlreadyExists: row("COMMAND", "A file of this name is there already: allow overwriting, or choose another name."),
  FileNameInvalid: row(
    "COMMAND",
    "The file name is not possible on this operating system: take out path separators and special characters.",
  ),
  FilePathInvalid: row(
    "COMMAND",
    "The target directory is not possible: give an absolute path in the way of the instance's operating system.",
  ),
  FileAuthorityInvalid: row("COMMAND", "The file mode cannot be used: give an octal number such as 0644."),
  UserGroupNotExists: row(
    "COMMAND",
    "The group that is to own the file does not exist on the instance: create it, or name another.",
  ),
  FileCreateFail: row(
    "INSTANCE",
    "The file could not be written: check free space, and that the directory exists and is not read-only.",
  ),
  FileContentInvalid: row(
    "COMMAND",
    "The content of the file cannot be decoded: send it again as base64, or state plain text.",
  ),
};

const BY_FOLDED_CODE: ReadonlyMap<string, ExecutionErrorDescription> = new Map(
  Object.entries(DESCRIPTIONS).map(([code, description]) => [code.toLowerCase(), description]),
);
