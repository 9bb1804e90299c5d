import type { Product } from "../http/index.ts";

/** A way in which an execution ends badly: the code, the state it leaves, and the text each product gives. */
export interface Outcome {
  readonly errorCode: string;
  /** `Aborted` and `Invalid` executions have never started. */
  readonly status: "Aborted" | "Invalid" | "Timeout" | "Error" | "Failed";
  readonly errorInfo: Readonly<Record<Product, string>>;
}

type Row = readonly [errorCode: string, status: Outcome["status"], text: string];

// The codes of DescribeInvocationResults of both products, in the words of ECS since 2025.
const ROWS: readonly Row[] = [
  ["InstanceNotExists", "Aborted", "The specified instance does not exist"],
  ["InstanceReleased", "Aborted", "The specified instance was released during task execution"],
  ["InstanceNotRunning", "Aborted", "The specified instance was not running during task execution"],
  ["CommandNotApplicable", "Invalid", "The OS type of the instance does not support the specified command type"],
  ["AccountNotExists", "Invalid", "The specified account does not exist"],
  ["DirectoryNotExists", "Invalid", "The specified directory does not exist"],
  ["BadCronExpression", "Invalid", "The cron expression is invalid"],
  ["ClientNotRunning", "Aborted", "The aliyun service is not running on the instance"],
  ["ClientNotResponse", "Aborted", "The aliyun service in the instance does not response"],
  ["ClientIsUpgrading", "Aborted", "The aliyun service in the instance is upgrading during task execution"],
  [
    "ClientNeedUpgrade",
    "Aborted",
    "The aliyun service in the instance need to be upgraded to at least version 2.2.3.857 to support the container feature",
  ],
  ["DeliveryTimeout", "Aborted", "The command delivery has been timeout"],
  ["ExecutionTimeout", "Timeout", "The command execution has been timeout"],
  ["ExecutionException", "Error", "The command execution got an exception"],
  ["ExecutionInterrupted", "Error", "The command execution has been interrupted"],
  ["ExitCodeNonzero", "Failed", "The command execution exit code is not zero"],
  ["SecurityGroupRuleDenied", "Aborted", "The security group rules denied access to the aliyun service"],
  ["TaskConcurrencyLimit", "Aborted", "The number of tasks on the instance exceeds the limit"],
];

/** SWAS keeps older words for these, says the others with a small letter, and does not know the codes that are null here. */
const SWAS_TEXTS: Readonly<Record<string, string | null>> = {
  InstanceNotExists: "the specified instance does not exists",
  InstanceReleased: "the instance has released when create task",
  InstanceNotRunning: "the instance is not running when create task",
  CommandNotApplicable: "the command is not applicable",
  AccountNotExists: "the specified account does not exists",
  DirectoryNotExists: "the specified directory does not exists",
  BadCronExpression: "the cron job expression is invalid",
  ClientIsUpgrading: "the aliyun service in the instance is upgrading now",
  ClientNeedUpgrade: "the aliyun service in the instance need upgrade",
  SecurityGroupRuleDenied: null,
  TaskConcurrencyLimit: null,
};

const ALL: readonly Outcome[] = ROWS.map(([errorCode, status, ecs]) => {
  const { [errorCode]: swas = `t${ecs.slice(1)}` } = SWAS_TEXTS;
  return { errorCode, status, errorInfo: { ecs, swas: swas ?? "" } };
});

/** Every bad end that a product knows. */
export const OUTCOMES: Readonly<Record<Product, readonly Outcome[]>> = {
  ecs: ALL,
  swas: ALL.filter(({ errorInfo }) => errorInfo.swas !== ""),
};

/** The text of a code in a product's words; empty if it is not listed. */
export function errorInfoOf(product: Product, errorCode: string): string {
  return ALL.find((outcome) => outcome.errorCode === errorCode)?.errorInfo[product] ?? "";
}
