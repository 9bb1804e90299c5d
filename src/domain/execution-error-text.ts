import type { ExecutionErrorCode } from "./execution-error-code.ts";

/**
 * The code that the vendor's documents pair with a text, for records that hold the text alone; null for any other text. Case,
 * blanks and a full stop at the end do not matter. Sources: ErrorInfo of ECS DescribeInvocations (wordings until and since 2025)
 * and of SWAS DescribeInvocationResult.
 */
export function codeOfErrorInfo(info: string): ExecutionErrorCode | null {
  const text = info
    .trim()
    .replace(/[.。]+$/, "")
    .trim()
    .replace(/\s+/g, " ")
    .toLowerCase();
  return BY_TEXT.get(text) ?? (NEEDS_UPGRADE.test(text) ? "ClientNeedUpgrade" : null);
}

const TEXTS: Readonly<Partial<Record<ExecutionErrorCode, readonly string[]>>> = {
  InstanceNotExists: ["the specified instance does not exists", "the specified instance does not exist"],
  InstanceReleased: [
    "the instance has released when create task",
    "the specified instance was released during task execution",
  ],
  InstanceNotRunning: [
    "the instance is not running when create task",
    "the specified instance was not running during task execution",
  ],
  CommandNotApplicable: [
    "the command is not applicable",
    "the os type of the instance does not support the specified command type",
  ],
  AccountNotExists: ["the specified account does not exists", "the specified account does not exist"],
  DirectoryNotExists: ["the specified directory does not exists", "the specified directory does not exist"],
  BadCronExpression: ["the cron job expression is invalid", "the cron expression is invalid"],
  ClientNotRunning: ["the aliyun service is not running on the instance"],
  ClientNotResponse: ["the aliyun service in the instance does not response"],
  ClientIsUpgrading: [
    "the aliyun service in the instance is upgrading now",
    "the aliyun service in the instance is upgrading during task execution",
  ],
  DeliveryTimeout: ["the command delivery has been timeout"],
  ExecutionTimeout: ["the command execution has been timeout"],
  ExecutionException: ["the command execution got an exception"],
  ExecutionInterrupted: ["the command execution has been interrupted"],
  ExitCodeNonzero: ["the command execution exit code is not zero"],
  SecurityGroupRuleDenied: ["the security group rules denied access to the aliyun service"],
};

// The newer wording names the version and the feature that needs it.
const NEEDS_UPGRADE =
  /^the aliyun service in the instance need (?:upgrade|to be upgraded to at least version .+ to support the .+ feature)$/;

const BY_TEXT: ReadonlyMap<string, ExecutionErrorCode> = new Map(
  (Object.entries(TEXTS) as [ExecutionErrorCode, readonly string[]][]).flatMap(([code, texts]) =>
    texts.map((text) => [text, code] as const),
  ),
);
