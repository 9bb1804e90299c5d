import { describe, expect, it } from "@jest/globals";
import { createClockAhead } from "../support/clock-ahead.ts";
import { createHurriedClock, type Rig, startRig } from "./rig.ts";

const ONE = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-ecs1") {
  invokeId status instanceInvocations { nodes { result { exitCode output { text } } } }
} }`;
const LIST = "{ invocations { nodes { invokeId } sources { provider ok asOf isComplete error { code } } } }";

interface Page {
  readonly data: { readonly invocations: { readonly sources: readonly { readonly asOf: string | null }[] } };
}

const stateOf = (provider: string, asOf: unknown) => ({ provider, ok: true, asOf, isComplete: true, error: null });
const TIME = expect.stringMatching(/^2026-01-02T03:04:\d\d\.\d{3}Z$/);

describe("what is known, while its source is down", () => {
  it("is given from the cache at no cost by its id if it is final, in the same words", async () => {
    const rig = await startRig();
    const before = await rig.ask(ONE);
    rig.emulator.setFaults([{ product: "ecs", fault: { kind: "error", code: "Forbidden.RAM" } }]);
    await rig.ask(LIST);
    rig.takeCalls();
    const { data } = before.body as { data: object };
    expect((await rig.ask(ONE)).body).toEqual({
      data,
      extensions: { cost: { calls: 0, cached: expect.any(Number), budget: 200 } },
    });
    expect(rig.takeCalls()).toEqual([]);
  });

  it("is given in lists, and `sources` says from when it is", async () => {
    const rig = await startRig({ settings: { FRESHNESS_MS: "0" } });
    const before = (await rig.ask(LIST)).body as Page;
    rig.emulator.setFaults([{ product: "ecs", fault: { kind: "error", code: "Forbidden.RAM" } }]);
    const after = (await rig.ask(LIST)).body as Page;
    const nodes = ["t-swas2", "t-ecs2", "t-swas1", "t-ecs1"].map((invokeId) => ({ invokeId }));
    expect(before.data).toEqual({ invocations: { nodes, sources: [stateOf("ECS", TIME), stateOf("SWAS", TIME)] } });
    const [ecs] = before.data.invocations.sources;
    expect(after.data).toEqual({
      invocations: {
        nodes,
        sources: [{ ...stateOf("ECS", ecs?.asOf), ok: false, error: { code: "FORBIDDEN" } }, stateOf("SWAS", TIME)],
      },
    });
  });

  it("has no time if its source was never read", async () => {
    const rig = await startRig({ faults: [{ product: "ecs", fault: { kind: "error", code: "Forbidden.RAM" } }] });
    const { data } = (await rig.ask(LIST)).body as Page;
    const failed = { provider: "ECS", ok: false, asOf: null, isComplete: false, error: { code: "FORBIDDEN" } };
    expect(data.invocations.sources).toEqual([failed, stateOf("SWAS", TIME)]);
  });
});

describe("a run that the upstream does not know any more", () => {
  const ask = (rig: Rig, invokeId: string) =>
    rig.ask(
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "${invokeId}") { status isGoneUpstream } }`,
    );

  it("says so after three looks, no matter who asks in between, if it was under way", async () => {
    const clock = createClockAhead(createHurriedClock());
    const rig = await startRig({ clock, settings: { FRESHNESS_MS: "30000" } });
    const { world } = rig.emulator;
    const instances = [{ instanceId: "i-1", status: "Running" }];
    world.addInvocation("ecs", "cn-hangzhou", { invokeId: "t-short", instances });
    const answers = [(await ask(rig, "t-short")).body];
    world.removeInvocation("ecs", "cn-hangzhou", "t-short");
    for (let looks = 0; looks < 3; looks += 1) {
      clock.pass(31_000);
      for (let times = 0; times < 2; times += 1) answers.push((await ask(rig, "t-short")).body);
    }
    const running = { data: { invocation: { status: "RUNNING", isGoneUpstream: false } } };
    const gone = { data: { invocation: { status: "RUNNING", isGoneUpstream: true } } };
    expect(answers).toMatchObject([running, running, running, running, running, gone, gone]);
    expect(rig.takeCalls()).toHaveLength(4);
  });
});
