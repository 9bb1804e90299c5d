import { createWorld, type World } from "../support/emulator/index.ts";

/** Servers of the large run; only one of them failed. */
export const FLEET = 300;

const ESC = "\u001b";
const idOf = (index: number): string => `i-${String(index).padStart(3, "0")}`;

/** What the failed server of the large run printed: colours, a script tag, and the sentence that somebody looks for. */
export const FAILED_OUTPUT = [
  `${ESC}[32mbegin${ESC}[0m`,
  ...Array.from({ length: 400 }, (_, index) => `step ${index + 1}`),
  `${ESC}[1;31mError: disk is full${ESC}[0m <script>alert(1)</script>`,
  "磁盘已满 error",
  "",
].join("\n");

/** Name with emoji and right-to-left text. */
export const ODD_NAME = "نسخ احتياطي 👍 backup";

/** A world with one failed server of 300, odd names, cut and undecodable output, and a run that goes on. */
export function createPageWorld(now: number): World {
  const ago = (seconds: number): string => new Date(now - seconds * 1_000).toISOString();
  const fleet = Array.from({ length: FLEET }, (_, index) => ({ instanceId: idOf(index), name: `shop-${index}` }));
  const failed = {
    status: "Failed",
    exitCode: 3,
    errorCode: "ExitCodeNonzero",
    errorInfo: "the exit code is not zero",
  };
  return createWorld({
    ecs: {
      "cn-hangzhou": {
        instances: fleet,
        invocations: [
          {
            invokeId: "t-running",
            commandName: "follow",
            creationTime: ago(20),
            instances: [{ instanceId: "i-000", status: "Running", output: "first\n", startTime: ago(19) }],
          },
          {
            invokeId: "t-fleet",
            commandName: "deploy",
            content: [`# ${"long ".repeat(60)}`, ...Array.from({ length: 12 }, (_, line) => `echo ${line}`)].join("\n"),
            parameters: { release: "1.2.3" },
            creationTime: ago(60),
            instances: fleet.map(({ instanceId }, index) => ({
              instanceId,
              output: index === 123 ? FAILED_OUTPUT : "begin\nok\n",
              ...(index === 123 && failed),
            })),
          },
          {
            invokeId: "t-odd",
            commandName: ODD_NAME,
            creationTime: ago(120),
            instances: [
              { instanceId: "i-001", output: "head\ntail\n", dropped: 5_000 },
              { instanceId: "i-002", output: Uint8Array.from([0x6f, 0x6b, 0x20, 0xff, 0xfe, 0xfd, 0x0a]) },
              {
                instanceId: "i-003",
                status: "Error",
                output: "",
                errorCode: "InstanceNotRunning",
                errorInfo: "not running",
              },
            ],
          },
          {
            invokeId: "t-silent",
            commandName: "restart",
            creationTime: ago(150),
            instances: [
              ...[0, 1, 2].map((index) => ({ instanceId: idOf(index), output: "" })),
              { instanceId: "i-003", output: "warning: 7 old files on shop-3\n" },
              { instanceId: "i-004", output: "warning: 12 old files on shop-4\n" },
              { instanceId: "i-005", output: "warning: disk\n", ...failed },
            ],
          },
          {
            invokeId: "t-alone",
            commandName: "restart",
            creationTime: ago(160),
            instances: [{ instanceId: "i-009", output: "done\n" }],
          },
          ...Array.from({ length: 180 }, (_, index) => ({
            invokeId: `t-old-${index}`,
            commandName: "deploy",
            creationTime: ago(600 + index * 60),
            instances: [{ instanceId: idOf(index % 7), ...(index % 10 === 0 && failed) }],
          })),
        ],
      },
      "cn-beijing": { invocations: [{ invokeId: "t-bj", commandName: "other", creationTime: ago(90) }] },
    },
  });
}
