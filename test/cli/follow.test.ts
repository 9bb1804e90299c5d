import { describe, expect, it } from "@jest/globals";
import { GraphQLError } from "graphql";
import { connection, createRun, inTurn, run, SOURCE } from "./rig.ts";

const running = createRun({ status: "RUNNING", isFinal: false, statusCounts: [{ status: "RUNNING", count: 1 }] });

describe("cloud-assistant follow", () => {
  it("tells what changes until the run is final, then shows it", async () => {
    const { exitCode, output, errors, asked } = await run({ node: inTurn([running, running, createRun()]) }, [
      "follow",
      "AXIAid",
    ]);
    expect({ exitCode, errors, asked: asked.map(([name]) => name) }).toEqual({
      exitCode: 0,
      errors: "cloud-assistant: t-hz01 RUNNING: 1 RUNNING\ncloud-assistant: t-hz01 SUCCESS: 1 SUCCESS\n",
      asked: ["runStatus", "runStatus", "runStatus", "runById"],
    });
    expect(output.split("\n").slice(0, 2)).toEqual(["run        t-hz01", "status     SUCCESS"]);
  });

  it("rewrites one line on a terminal", async () => {
    const { errors } = await run({ node: inTurn([null, running, createRun()]) }, ["follow", "AXIAid"], {
      isTerminal: true,
      environment: { NO_COLOR: "1" },
    });
    const erase = "\r\u001b[K";
    expect(errors).toBe(`waiting for the run to appear, 0s …${erase}t-hz01 RUNNING: 1 RUNNING, 2s …${erase}`);
  });

  it.each([
    ["FAILED", [], 1],
    ["PARTIAL_FAILED", [], 1],
    ["STOPPED", [], 1],
    ["SUCCESS", [{ status: "STOPPED", count: 1 }], 0],
    ["SUCCESS", [{ status: "RUNNING", count: 1 }], 0],
    ...["FAILED", "ERROR", "TIMEOUT", "ABORTED", "INVALID"].map(
      (status) =>
        [
          "SUCCESS",
          [
            { status: "SUCCESS", count: 2 },
            { status, count: 1 },
          ],
          1,
        ] as const,
    ),
    ["FINISHED", [{ status: "SUCCESS", count: 2 }], 0],
    ["FINISHED", [{ status: "FINISHED", count: 1 }], 2],
    [
      "FINISHED",
      [
        { status: "SUCCESS", count: 1 },
        { status: "FINISHED", count: 1 },
      ],
      2,
    ],
    [
      "FINISHED",
      [
        { status: "SUCCESS", count: 1 },
        { status: "TIMEOUT", count: 1 },
      ],
      1,
    ],
    ["FINISHED", [], 2],
  ])("ends %s %j with exit code %i", async (status, statusCounts, expected) => {
    const { exitCode } = await run({ node: createRun({ status, statusCounts }) }, ["follow", "AXIAid", "--json"]);
    expect(exitCode).toBe(expected);
  });

  it("gives up when the time is up, without another look, and asks once whether a source failed", async () => {
    const { exitCode, output, errors, asked } = await run({ node: running }, [
      "show",
      "AXIAid",
      "--wait",
      "--timeout",
      "8s",
      "--interval",
      "2s",
    ]);
    expect({ exitCode, output, errors, asked: asked.map(([name]) => name) }).toEqual({
      exitCode: 3,
      output: "",
      errors: "cloud-assistant: t-hz01 RUNNING: 1 RUNNING\ncloud-assistant: The time is up and the run is not final.\n",
      asked: [...Array(5).fill("runStatus"), "sources"],
    });
  });

  describe("when the time is up", () => {
    const failing = (code: string, retryable: boolean, regionId = "cn-hangzhou") => {
      const error = { code, message: `No ${code}.`, upstreamCode: null, httpStatus: null, requestId: null, retryable };
      return { ...SOURCE, regionId, ok: false, error };
    };
    const late = "cloud-assistant: The time is up and the run is not final.\n";

    it.each([
      ["FORBIDDEN", false],
      ["UNREACHABLE", true],
    ])("says that the run's source is %s, and names no other", async (code, retryable) => {
      const sources = [failing("TIMEOUT", true, "cn-beijing"), failing(code, retryable)];
      const { exitCode, errors } = await run({ node: running, sources }, ["follow", "AXIAid", "--timeout", "5s"]);
      expect([exitCode, errors]).toEqual([
        3,
        "cloud-assistant: t-hz01 RUNNING: 1 RUNNING\n" +
          `cloud-assistant: incomplete: ECS cn-hangzhou: No ${code}. (${code})\n${late}`,
      ]);
    });

    it.each([
      ["by the gateway's id", "AXIAid", { node: null }],
      ["by the upstream's id", "t-hz01", { invocations: () => new Promise(() => {}) }],
    ])("names each source that failed if the run was never seen, %s", async (_name, word, root) => {
      const sources = [failing("FORBIDDEN", false), failing("TIMEOUT", true, "cn-beijing")];
      const { exitCode, errors } = await run({ ...root, sources }, ["follow", word, "--timeout", "1s"]);
      expect([exitCode, errors]).toEqual([
        3,
        "cloud-assistant: incomplete: ECS cn-hangzhou: No FORBIDDEN. (FORBIDDEN); " +
          `ECS cn-beijing: No TIMEOUT. (TIMEOUT)\n${late}`,
      ]);
    });

    it("says what the last look met if every source answers", async () => {
      const place = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
      const extensions = { code: "UPSTREAM_THROTTLED", retryable: true, ...place };
      const node = new GraphQLError("Too many calls.", { extensions });
      const { exitCode, errors } = await run({ node, sources: [SOURCE] }, ["follow", "AXIAid", "--timeout", "3s"]);
      expect([exitCode, errors]).toEqual([
        3,
        `cloud-assistant: incomplete: ECS cn-hangzhou: Too many calls. (UPSTREAM_THROTTLED)\n${late}`,
      ]);
    });
  });

  it("names the source of a failure that ends it at once", async () => {
    const extensions = { code: "UPSTREAM_FORBIDDEN", provider: "ECS", account: "prod", regionId: "cn-hangzhou" };
    const node = new GraphQLError("No right.", { extensions });
    const { exitCode, errors } = await run({ node }, ["follow", "AXIAid"]);
    expect([exitCode, errors]).toEqual([2, "cloud-assistant: ECS cn-hangzhou prod: No right. (UPSTREAM_FORBIDDEN)\n"]);
  });

  it.each([
    ["by the gateway's id", ["show", "AXIAid", "--wait"]],
    ["by the upstream's id", ["show", "t-hz01", "--wait"]],
    ["of which the output is followed", ["output", "AXIAid", "-f"]],
  ])("gives up a run %s when the time is up, also while the gateway does not answer", async (_name, words) => {
    const never = () => new Promise(() => {});
    const { exitCode, errors } = await run({ node: never, invocations: never }, [...words, "--timeout", "1s"]);
    expect([exitCode, errors]).toEqual([3, "cloud-assistant: The time is up and the run is not final.\n"]);
  });

  it("gives a run that has to appear no more than its time", async () => {
    const { exitCode, asked } = await run({ invocations: connection([]) }, ["follow", "t-hz01", "--timeout", "3s"]);
    expect([exitCode, asked.length]).toEqual([2, 3]);
    const late = { invocations: inTurn([connection([]), connection([createRun()])]), node: running };
    expect((await run(late, ["follow", "t-hz01", "--timeout", "3s"])).asked.map(([name]) => name)).toEqual([
      "recentRuns",
      "recentRuns",
      "runStatus",
      "runStatus",
      "sources",
    ]);
  });

  it("gives an unknown run 15 seconds to appear, by the upstream's id", async () => {
    const root = {
      invocations: inTurn([connection([]), connection([]), connection([createRun()])]),
      node: createRun(),
    };
    const { exitCode, errors, asked } = await run(root, ["follow", "t-hz01"]);
    expect([exitCode, errors, asked.map(([name]) => name)]).toEqual([
      0,
      "cloud-assistant: no such run yet; waiting for it to appear.\ncloud-assistant: t-hz01 SUCCESS: 1 SUCCESS\n",
      ["recentRuns", "recentRuns", "recentRuns", "runStatus", "runById"],
    ]);
  });

  it.each([
    ["UPSTREAM_UNAVAILABLE", true, 0, 3],
    ["UPSTREAM_THROTTLED", true, 0, 3],
    ["UPSTREAM_FORBIDDEN", false, 2, 1],
  ])("waits for its only source through what may pass: %s", async (code, retryable, exitCode, looks) => {
    const failure = new GraphQLError("The only source fails.", { extensions: { code, retryable } });
    const invocations = inTurn([failure, failure, connection([createRun()])]);
    const root = { invocations, node: createRun(), sources: [SOURCE] };
    const found = await run(root, ["follow", "t-hz01"]);
    const looked = found.asked.filter(([name]) => name === "recentRuns").length;
    expect([found.exitCode, looked]).toEqual([exitCode, looks]);
  });

  describe.each(["follow t-hz01", "show t-hz01 --wait", "output t-hz01 -f"])(
    "of which every look is throttled (%s)",
    (words) => {
      const place = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
      const extensions = { code: "UPSTREAM_THROTTLED", retryable: true, ...place };
      const error = { code: "THROTTLED", message: "Too many calls.", retryable: true };
      const failing = { ...SOURCE, ok: false, isComplete: false, error };
      const told = "cloud-assistant: incomplete: ECS cn-hangzhou: Too many calls.";
      it.each([
        ["a source of which nothing is known", new GraphQLError("Too many calls.", { extensions }), [SOURCE]],
        ["a source that shows what it knows", connection([], null, [failing]), [failing]],
      ])("waits until its time is up: %s", async (_name, invocations, sources) => {
        for (const time of [3, 20]) {
          const root = { invocations, invocationResults: connection([]), sources };
          const found = await run(root, [...words.split(" "), "--timeout", `${time}s`]);
          const lines = found.errors.trimEnd().split("\n");
          expect([found.exitCode, lines.at(-2)?.slice(0, told.length), lines.at(-1)]).toEqual([
            3,
            told,
            "cloud-assistant: The time is up and the run is not final.",
          ]);
          const looks = found.asked.filter(([name]) => name === "recentRuns").length;
          expect(looks).toBe(1 + Math.ceil(time / 2));
        }
      });

      it("finds it once it is answered, though that takes longer than a run may take to appear", async () => {
        const busy = Array(10).fill(connection([], null, [failing]));
        const invocations = inTurn([...busy, connection([createRun()])]);
        const found = await run(
          { invocations, invocationResults: connection([]), node: createRun() },
          words.split(" "),
        );
        expect(found.exitCode).toBe(0);
      });
    },
  );

  it("does not say that there is no such run if a source that fails may know it", async () => {
    const failing = {
      ...SOURCE,
      ok: false,
      isComplete: false,
      error: { code: "FORBIDDEN", message: "No right.", retryable: false },
    };
    const root = { invocations: connection([], null, [SOURCE, failing]) };
    const { exitCode, errors } = await run(root, ["follow", "t-hz01"]);
    expect([exitCode, errors]).toEqual([
      2,
      "cloud-assistant: no such run yet in the sources that can be read; waiting for it to appear.\n" +
        "cloud-assistant: incomplete: ECS cn-hangzhou: No right. (FORBIDDEN)\n" +
        "cloud-assistant: No source that could be read knows run t-hz01.\n",
    ]);
  });

  it("gives an unknown run 15 seconds to appear, by the gateway's id", async () => {
    const { exitCode } = await run({ node: inTurn([null, null, null, null, createRun()]) }, ["follow", "AXIAid"]);
    expect(exitCode).toBe(0);
  });

  it("believes after 15 seconds that there is no such run, and at once if nobody waits", async () => {
    const waits = await run({ invocations: connection([]) }, ["follow", "t-hz01"]);
    const asks = await run({ invocations: connection([]) }, ["show", "t-hz01"]);
    const byId = await run({ node: null }, ["follow", "AXIAid"]);
    expect([waits.exitCode, waits.asked.length, asks.exitCode, asks.asked.length]).toEqual([2, 9, 2, 1]);
    expect([byId.exitCode, byId.asked.length, byId.errors]).toEqual([
      2,
      9,
      "cloud-assistant: No such run: the upstreams keep runs for some weeks only.\n",
    ]);
  });

  it("believes a run that it saw gone only after three looks without it", async () => {
    const back = await run({ node: inTurn([running, null, null, createRun()]) }, ["follow", "AXIAid"]);
    const gone = await run({ node: inTurn([running, null]) }, ["follow", "AXIAid"]);
    expect([back.exitCode, gone.exitCode, gone.asked.length]).toEqual([0, 2, 4]);
  });

  describe.each(["follow", "output -f"])("of a run whose source cannot be read any more (%s)", (words) => {
    const source = (code: string, retryable: boolean, asOf: string) => {
      const error = { code, message: `No ${code}.`, upstreamCode: null, httpStatus: null, requestId: null, retryable };
      return { ...SOURCE, ok: false, asOf, error };
    };
    const answer = (asOf: () => string, code = () => "FORBIDDEN", retryable = false) =>
      run(
        {
          node: inTurn([...Array(20).fill(running), createRun()]),
          sources: () => [{ ...SOURCE, regionId: "cn-beijing" }, source(code(), retryable, asOf())],
        },
        [...words.split(" "), "AXIAid"],
      );
    const once = () => "2026-01-02T03:00:00Z";

    it("ends with the reason", async () => {
      const { exitCode, errors, asked } = await answer(once);
      expect([exitCode, errors.split("\n").at(-2), asked.filter(([name]) => name !== "sources").length]).toEqual([
        2,
        "cloud-assistant: ECS cn-hangzhou: No FORBIDDEN. (UPSTREAM_FORBIDDEN)",
        13,
      ]);
    });

    it("waits for what may pass, and if the source is read or fails otherwise meanwhile", async () => {
      let reads = 0;
      const moving = () => {
        reads += 1;
        return `2026-01-02T03:00:0${reads}Z`;
      };
      expect((await answer(once, () => "UNREACHABLE", true)).exitCode).toBe(0);
      expect((await answer(moving)).exitCode).toBe(0);
      expect((await answer(once, () => (reads++ % 5 === 0 ? "NOT_SUPPORTED" : "FORBIDDEN"))).exitCode).toBe(0);
    });
  });

  it("gives up on what will not pass at once", async () => {
    const { exitCode, asked } = await run({ node: inTurn([running, new Error("No right.")]) }, ["follow", "AXIAid"]);
    expect([exitCode, asked.length]).toEqual([2, 2]);
  });
});
