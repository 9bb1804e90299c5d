import { describe, expect, it } from "@jest/globals";
import type { BackfillState } from "#services";
import { createOperation } from "../support/operation.ts";
import { ask, EXECUTORS, pageOf, stateOf, stubServices } from "./ask.ts";
import { ecs } from "./records.ts";

const SINCE = Date.UTC(2026, 0, 2);

function createScene() {
  const counted: string[] = [];
  const ended: string[] = [];
  const count = (what: string, answer: number) => async () => {
    counted.push(what);
    return answer;
  };
  const backfill: BackfillState = {
    phase: "READING",
    since: SINCE,
    failure: null,
    failuresInRow: 0,
    calls: 3,
    isCaughtUp: false,
    oldestTime: count("oldestTime", SINCE),
    knownRuns: count("knownRuns", 7),
    lackingOutputs: count("lackingOutputs", 2),
  };
  const sources = [{ ...stateOf(ecs), backfill: () => backfill }];
  const asked = stubServices({ sources: async () => sources, pageInvocations: async () => pageOf([], { sources }) });
  const operation = createOperation({ life: { end: () => ended.push("end"), endBy: () => ended.push("endBy") } });
  return { asked, counted, ended, operation };
}

describe.each(EXECUTORS)("with %s, how far collecting has come", (executor) => {
  it("counts nothing that is not selected", async () => {
    const { asked, counted, operation } = createScene();
    const answer = await ask(asked, "{ sources { backfill { phase since } } }", {}, executor, operation);
    const backfill = { phase: "READING", since: "2026-01-02T00:00:00.000Z" };
    expect([answer, counted]).toEqual([{ data: { sources: [{ backfill }] } }, []]);
  });

  it("counts what is selected", async () => {
    const { asked, counted, operation } = createScene();
    const answer = await ask(asked, "{ sources { backfill { knownRuns lackingOutputs } } }", {}, executor, operation);
    const backfill = { knownRuns: 7, lackingOutputs: 2 };
    expect([answer, counted]).toEqual([{ data: { sources: [{ backfill }] } }, ["knownRuns", "lackingOutputs"]]);
  });

  it("is in no answer that is kept, under a page neither", async () => {
    const { asked, ended, operation } = createScene();
    await ask(asked, "{ invocations { sources { ok } } }", {}, executor, operation);
    const before = [...ended];
    await ask(asked, "{ invocations { sources { backfill { phase } } } }", {}, executor, operation);
    expect([before, ended]).toEqual([[], ["end"]]);
  });
});
