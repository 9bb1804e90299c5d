import { describe, expect, it } from "@jest/globals";
import { connection, createInstanceRun, createOutput, createRun, run } from "./rig.ts";

const named = (number: number) =>
  createInstanceRun({ instanceId: `i-${number}`, instance: { id: "s", name: `web-${number}` } });
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

describe("a run that is longer than what is read of it", () => {
  const endless = createRun({
    instanceInvocations: { ...connection([createInstanceRun()], "next"), totalCount: 120_000 },
  });

  it.each([
    ["show AXIAid", 100],
    ["output AXIAid --json=instanceId", 500],
  ])("is told by %s to have more instances than the %i that it shows", async (words, shown) => {
    const { exitCode, errors } = await run({ node: endless }, words.split(" "));
    expect([exitCode, errors]).toEqual([4, `cloud-assistant: incomplete: ${shown} of 120000 instances are shown.\n`]);
  });

  it("is told to have more outputs than groups are shown", async () => {
    const group = { status: "SUCCESS", exitCode: 0, instanceIds: [], isKnown: true, output: createOutput("ok") };
    const groups = numbers(0, 100).map((at) => ({ ...group, count: 100 - at }));
    const told = async (count: number) => {
      const node = createRun({ outputGroups: groups, statusCounts: [{ status: "SUCCESS", count }] });
      const { exitCode, errors } = await run({ node }, ["output", "AXIAid", "--group"]);
      return [exitCode, errors];
    };
    expect(await told(5_050)).toEqual([0, ""]);
    expect(await told(5_070)).toEqual([4, "cloud-assistant: incomplete: 5050 of 5070 instances are shown.\n"]);
  });

  it.each([["show AXIAid"], ["output AXIAid"], ["output AXIAid --failed"], ["output AXIAid --instance i-1"]])(
    "is told by %s to have instances that cannot be shown",
    async (words) => {
      const node = createRun({
        instanceInvocations: { ...connection([createInstanceRun({ instanceId: "i-1" })]), totalCount: null },
      });
      const { exitCode, errors } = await run({ node }, words.split(" "));
      expect([exitCode, errors.match(/^.*incomplete.*$/gm)]).toEqual([
        4,
        ["cloud-assistant: incomplete: the run has instances that cannot be shown."],
      ]);
    },
  );

  it.each([[[]], [["--failed"]]])(
    "is told by its groups to have instances that cannot be shown, with %j",
    async (more) => {
      const unnamed = { status: "UNKNOWN", exitCode: null, instanceIds: [], isKnown: false, output: null, count: 70 };
      const ok = {
        status: "SUCCESS",
        exitCode: 0,
        instanceIds: ["i-1"],
        isKnown: true,
        output: createOutput("ok"),
        count: 1,
      };
      const node = createRun({ outputGroups: [unnamed, ok] });
      const { exitCode, errors } = await run({ node }, ["output", "AXIAid", "--group", ...more]);
      expect([exitCode, errors]).toEqual([
        4,
        "cloud-assistant: incomplete: 70 instances that cannot be shown (UNKNOWN): the upstream does not tell what was printed.\n",
      ]);
    },
  );

  it("is read on for a server's name that is not among its first instances", async () => {
    const long = createRun({ instanceInvocations: connection(numbers(0, 100).map(named), "a") });
    const pages: Readonly<Record<string, object>> = {
      a: connection(numbers(100, 200).map(named), "b"),
      b: connection(numbers(200, 220).map(named)),
    };
    const node = {
      ...createRun(),
      instanceInvocations: ({ after }: { after: string }) => pages[after],
    };
    const root = { invocations: connection([long]), node };
    const found = await run(root, ["list", "--instance", "web-210"]);
    expect([found.exitCode, found.errors, found.asked]).toEqual([
      0,
      "",
      [
        ["serverNames", { after: null, filter: {} }],
        ["runServers", { id: "AXIAid", after: "a" }],
        ["runServers", { id: "AXIAid", after: "b" }],
        ["recentRuns", { first: 20, filter: { instanceId: "i-210" }, after: null }],
      ],
    ]);
    const near = await run(root, ["list", "--instance", "web-7"]);
    expect(near.asked.map(([name]) => name)).toEqual(["serverNames", "recentRuns"]);
    const none = await run(root, ["list", "--instance", "web-999"]);
    expect(none.exitCode).toBe(2);
  });
});

it("names are read of every server of a history, a hundred at once", async () => {
  const pages: Readonly<Record<string, object>> = {
    null: connection(
      numbers(0, 100).map((at) => ({ ...named(at), repeats: 1 })),
      "a",
    ),
    a: connection(numbers(100, 120).map((at) => ({ ...named(at), repeats: 1 }))),
  };
  const instances = ({ filter }: { filter: { instanceIdIn: readonly string[] } }) =>
    connection(
      filter.instanceIdIn.map((instanceId) => ({
        id: "s",
        instanceId,
        name: instanceId.replace("i", "web"),
        provider: "ECS",
        account: "default",
        regionId: "cn-hangzhou",
      })),
    );
  const root = {
    node: createRun(),
    invocationResults: ({ after }: { after: string | null }) => pages[String(after)],
    instances,
  };
  const { exitCode, output } = await run(root, ["history", "AXIAid", "--limit", "200", "--json=name"]);
  expect([exitCode, JSON.parse(output)]).toEqual([0, numbers(0, 120).map((at) => ({ name: `web-${at}` }))]);
});
