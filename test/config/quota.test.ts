import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { readConfig } from "#config";
import { problemsOf } from "./problems-of.ts";

describe("UPSTREAM_QUOTA", () => {
  it("replaces single entries of the default, in any case and with blanks", () => {
    const { upstreamQuota } = readConfig({
      UPSTREAM_QUOTA: "SWAS=60, swas:ListInstances = 20,ecs:DescribeInvocations=50",
    });
    expect(upstreamQuota).toEqual({
      ECS: { callsPerMinute: 300, isCeiling: false },
      "ECS:DescribeInvocations": { callsPerMinute: 50, isCeiling: true },
      SWAS: { callsPerMinute: 60, isCeiling: true },
      "SWAS:ListInstances": { callsPerMinute: 20, isCeiling: true },
      "SWAS:DescribeCommandInvocations": { callsPerMinute: 10, isCeiling: false },
    });
  });

  it("names every entry that cannot be used, with what was expected", () => {
    const form =
      "a comma list of product=calls or product:Action=calls with calls a minute from 1 to 1000000, such as ecs=300,swas:ListInstances=10";
    const entries =
      "ecs=0,swas=many,ecd=5,ecs:ListInstances=5,swas:listInstances=5,ecs=7,ecs=8,,swas:ListInstances=10000000";
    expect(problemsOf({ UPSTREAM_QUOTA: entries, PORT: "x" })).toEqual([
      'PORT: expected a whole number from 0 to 65535, got "x"',
      `UPSTREAM_QUOTA: expected ${form}, got "ecs=0"`,
      `UPSTREAM_QUOTA: expected ${form}, got "swas=many"`,
      'UPSTREAM_QUOTA: expected a product of ecs, swas, got "ecd=5"',
      'UPSTREAM_QUOTA: expected an action of DescribeInvocations, DescribeInvocationResults, DescribeInstances, DescribeManagedInstances, DescribeCloudAssistantStatus, DescribeRegions, got "ecs:ListInstances=5"',
      'UPSTREAM_QUOTA: expected an action of DescribeCommandInvocations, DescribeInvocations, DescribeInvocationResult, ListInstances, DescribeCloudAssistantStatus, DescribeCloudAssistantAttributes, ListRegions, got "swas:listInstances=5"',
      'UPSTREAM_QUOTA: expected every entry once, got "ecs=8" again',
      `UPSTREAM_QUOTA: expected ${form}, got ""`,
      `UPSTREAM_QUOTA: expected ${form}, got "swas:ListInstances=10000000"`,
    ]);
  });

  it("knows every action that an adapter calls", () => {
    const called = ["ecs", "swas"].map((product) => {
      const folder = `src/upstreams/${product}`;
      const texts = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, "utf8"));
      const actions = texts.flatMap((text) => [...text.matchAll(/\baction(?: = |: )"(\w+)"|\bACTION = "(\w+)"/g)]);
      return actions.map(([, lower, upper]) => `${product}:${lower ?? upper}`);
    });
    expect(called.map((actions) => actions.length > 0)).toEqual([true, true]);
    const unknown = called.flat().filter((name) => problemsOf({ UPSTREAM_QUOTA: `${name}=5` }).length > 0);
    expect(unknown).toEqual([]);
  });
});
