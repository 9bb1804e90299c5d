import { describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";

const one = (invokeId: string) =>
  `invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "${invokeId}") { invokeId }`;
/** Twenty runs, a call each. */
const MANY = `{ ${Array.from({ length: 20 }, (_, index) => `many${index}: ${one(`t-many${index}`)}`).join(" ")} }`;
const SLOW = [{ fault: { kind: "latency", ms: 40 } }] as const;
const TWO_AT_ONCE = { UPSTREAM_CONCURRENCY: "2" };

const askedRuns = (rig: Rig) => rig.emulator.calls.flatMap(({ parameters }) => parameters.InvokeId ?? []);

/** Resolves with the operation's line once it is in the log. */
async function operationLine(rig: Rig): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const lines = rig.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    const found = lines.find(({ msg }) => msg === "operation");
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("an operation beside others", () => {
  it("waits for its turn behind one call of a large one, not behind all of them", async () => {
    const rig = await startRig({ faults: SLOW, settings: TWO_AT_ONCE });
    const large = rig.ask(MANY);
    while (rig.emulator.calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await rig.ask(`{ ${one("t-small")} }`);
    expect(askedRuns(rig).indexOf("t-small")).toBeLessThan(5);
    await large;
    expect(askedRuns(rig)).toHaveLength(21);
  });

  it("asks nothing more once its client has gone, and takes nothing for a failure of the source", async () => {
    const rig = await startRig({ faults: SLOW, settings: TWO_AT_ONCE });
    const client = new AbortController();
    const left = rig.ask(MANY, { signal: client.signal }).catch(() => "left");
    while (rig.emulator.calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
    client.abort();
    const line = await operationLine(rig);
    expect([await left, line.status]).toEqual(["left", 499]);
    // A later operation gets its turn at once, so nothing of the first one was still waiting for it.
    await rig.ask(`{ ${one("t-later")} }`);
    const { body } = await rig.ask("{ sources { provider ok } }");
    expect(askedRuns(rig)).toEqual(["t-many0", "t-many1", "t-later"]);
    expect(body).toMatchObject({
      data: {
        sources: [
          { provider: "ECS", ok: true },
          { provider: "SWAS", ok: true },
        ],
      },
    });
  });
});
