import { describe, expect, it } from "@jest/globals";
import { describeExecutionError, listExecutionErrorCodes } from "#domain";

const CODES = listExecutionErrorCodes();

describe("describeExecutionError", () => {
  it("knows the class of what happens most", () => {
    const codes = [
      "InstanceReleased",
      "ClientNotRunning",
      "CommandNotApplicable",
      "InstanceRoleInvalid",
      "ExecutionTimeout",
      "ExitCodeNonzero",
    ];
    expect(codes.map((code) => describeExecutionError(code).class)).toEqual([
      "INSTANCE",
      "AGENT",
      "COMMAND",
      "PERMISSION",
      "TIMEOUT",
      "EXIT_CODE",
    ]);
  });

  it("says what to do", () => {
    expect(describeExecutionError("InstanceNotRunning")).toEqual({
      class: "INSTANCE",
      remedy: "Start the instance, wait until it is Running, then run the command again.",
    });
  });

  it("has 55 codes, each with a class and a remedy of its own in at most three sentences", () => {
    const descriptions = CODES.map((code) => describeExecutionError(code));
    expect(CODES).toHaveLength(55);
    expect(new Set(descriptions.map(({ remedy }) => remedy)).size).toBe(55);
    expect(
      descriptions.filter((row) => row.class === "UNKNOWN" || row.remedy === null || row.remedy.length > 200),
    ).toEqual([]);
  });

  it("reads codes without regard to case and blanks", () => {
    expect(describeExecutionError(" exitcodenonzero\n")).toEqual(describeExecutionError("ExitCodeNonzero"));
  });

  it.each(["SomethingNew", "", "Unknown", "constructor"])("passes %j through as unknown", (code) => {
    expect(describeExecutionError(code)).toEqual({ class: "UNKNOWN", remedy: null });
  });
});
