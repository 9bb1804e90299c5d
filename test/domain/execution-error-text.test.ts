import { describe, expect, it } from "@jest/globals";
import { codeOfErrorInfo, describeExecutionError } from "#domain";

/** As the vendor's documents write them: the wordings of 2018 to 2024 first, then those of 2025. */
const PAIRS: readonly (readonly [code: string, text: string])[] = [
  ["InstanceNotExists", "the specified instance does not exists"],
  ["InstanceReleased", "the instance has released when create task"],
  ["InstanceNotRunning", "the instance is not running when create task"],
  ["CommandNotApplicable", "the command is not applicable"],
  ["AccountNotExists", "the specified account does not exists"],
  ["DirectoryNotExists", "the specified directory does not exists"],
  ["BadCronExpression", "the cron job expression is invalid"],
  ["ClientNotRunning", "the aliyun service is not running on the instance"],
  ["ClientNotResponse", "the aliyun service in the instance does not response"],
  ["ClientIsUpgrading", "the aliyun service in the instance is upgrading now"],
  ["ClientNeedUpgrade", "the aliyun service in the instance need upgrade"],
  ["DeliveryTimeout", "the command delivery has been timeout"],
  ["ExecutionTimeout", "the command execution has been timeout"],
  ["ExecutionException", "the command execution got an exception"],
  ["ExecutionInterrupted", "the command execution has been interrupted"],
  ["ExitCodeNonzero", "the command execution exit code is not zero"],
  ["InstanceNotExists", "The specified instance does not exist"],
  ["InstanceReleased", "The specified instance was released during task execution"],
  ["InstanceNotRunning", "The specified instance was not running during task execution"],
  ["CommandNotApplicable", "The OS type of the instance does not support the specified command type"],
  ["AccountNotExists", "The specified account does not exist"],
  ["DirectoryNotExists", "The specified directory does not exist"],
  ["BadCronExpression", "The cron expression is invalid"],
  ["ClientIsUpgrading", "The aliyun service in the instance is upgrading during task execution"],
  [
    "ClientNeedUpgrade",
    "The aliyun service in the instance need to be upgraded to at least version 2.2.3.541 to support the Container feature",
  ],
  ["SecurityGroupRuleDenied", "The security group rules denied access to the aliyun service"],
];

describe("codeOfErrorInfo", () => {
  it.each(PAIRS)("%s is %s", (code, text) => {
    const written = [text, `${text}.`, `${text}。`, ` ${text.toUpperCase()}\n`];
    expect(written.map((info) => codeOfErrorInfo(info))).toEqual([code, code, code, code]);
    expect(describeExecutionError(code).class).not.toBe("UNKNOWN");
  });

  it.each([
    "",
    "something broke",
    "exit code is not zero",
    "the command execution exit code is not zero: 205",
    "constructor",
  ])("%j has no code", (info) => {
    expect(codeOfErrorInfo(info)).toBeNull();
  });
});
