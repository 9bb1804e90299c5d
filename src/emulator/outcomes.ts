import type { Product } from "./model.ts";

/** A way in which an execution ends badly: the code, the state it leaves, whether it ever started, and the text each product gives. */
export interface Outcome {
  readonly errorCode: string;
  readonly status: string;
  readonly hasStarted: boolean;
  readonly errorInfo: Readonly<Record<Product, string>>;
}

type Row = readonly [errorCode: string, status: string, hasStarted: boolean, ecs: string, swas: string];

// The codes of DescribeInvocationResults of both products; ECS words its texts anew since 2025, SWAS keeps the old ones.
const ROWS: readonly Row[] = [
  [
    "InstanceNotExists",
    "Aborted",
    false,
    "The specified instance does not exist",
    "the specified instance does not exists",
  ],
  [
    "InstanceReleased",
    "Aborted",
    false,
    "The specified instance was released during task execution",
    "the instance has released when create task",
  ],
  [
    "InstanceNotRunning",
    "Aborted",
    false,
    "The specified instance was not running during task execution",
    "the instance is not running when create task",
  ],
  [
    "CommandNotApplicable",
    "Invalid",
    false,
    "The OS type of the instance does not support the specified command type",
    "the command is not applicable",
  ],
  [
    "AccountNotExists",
    "Invalid",
    false,
    "The specified account does not exist",
    "the specified account does not exists",
  ],
  [
    "DirectoryNotExists",
    "Invalid",
    false,
    "The specified directory does not exist",
    "the specified directory does not exists",
  ],
  ["BadCronExpression", "Invalid", false, "The cron expression is invalid", "the cron job expression is invalid"],
  [
    "ClientNotRunning",
    "Aborted",
    false,
    "The aliyun service is not running on the instance",
    "the aliyun service is not running on the instance",
  ],
  [
    "ClientNotResponse",
    "Aborted",
    false,
    "The aliyun service in the instance does not response",
    "the aliyun service in the instance does not response",
  ],
  [
    "ClientIsUpgrading",
    "Aborted",
    false,
    "The aliyun service in the instance is upgrading during task execution",
    "the aliyun service in the instance is upgrading now",
  ],
  [
    "ClientNeedUpgrade",
    "Aborted",
    false,
    "The aliyun service in the instance need to be upgraded to at least version 2.2.3.857 to support the container feature",
    "the aliyun service in the instance need upgrade",
  ],
  [
    "DeliveryTimeout",
    "Aborted",
    false,
    "The command delivery has been timeout",
    "the command delivery has been timeout",
  ],
  [
    "ExecutionTimeout",
    "Timeout",
    true,
    "The command execution has been timeout",
    "the command execution has been timeout",
  ],
  [
    "ExecutionException",
    "Error",
    true,
    "The command execution got an exception",
    "the command execution got an exception",
  ],
  [
    "ExecutionInterrupted",
    "Error",
    true,
    "The command execution has been interrupted",
    "the command execution has been interrupted",
  ],
  [
    "ExitCodeNonzero",
    "Failed",
    true,
    "The command execution exit code is not zero",
    "the command execution exit code is not zero",
  ],
  ["SecurityGroupRuleDenied", "Aborted", false, "The security group rules denied access to the aliyun service", ""],
  ["TaskConcurrencyLimit", "Aborted", false, "The number of tasks on the instance exceeds the limit", ""],
];

const ALL: readonly Outcome[] = ROWS.map(([errorCode, status, hasStarted, ecs, swas]) => ({
  errorCode,
  status,
  hasStarted,
  errorInfo: { ecs, swas },
}));

/** Every bad end that a product knows. */
export const OUTCOMES: Readonly<Record<Product, readonly Outcome[]>> = {
  ecs: ALL,
  swas: ALL.filter(({ errorInfo }) => errorInfo.swas !== ""),
};

/** The text of a code in a product's words; empty for none and for one that is not listed. */
export function errorInfoOf(product: Product, errorCode: string): string {
  return ALL.find((outcome) => outcome.errorCode === errorCode)?.errorInfo[product] ?? "";
}
