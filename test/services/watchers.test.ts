import { describe, expect, it } from "@jest/globals";

import { createOperation } from "../support/operation.ts";
import { BARE, createScene, done, REF, read, running } from "./watch-scene.ts";

describe("who watches", () => {
  it("ends the looks by leaving last", async () => {
    const { services, pass, times, operations } = createScene([running()]);
    const leaving = new AbortController();
    const [one, other] = [read(services), read(services, BARE, createOperation({ signal: leaving.signal }))];
    await pass(0);
    await one.values.return?.();
    await pass(1_000);
    leaving.abort();
    await pass(60_000);
    expect([one.told, other.told, times()]).toEqual([
      ["RUNNING", "end"],
      ["RUNNING", "end"],
      [0, 1_000],
    ]);
    expect(operations.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it("begins anew after all had left", async () => {
    const { services, pass, times } = createScene([running(), done()]);
    const first = read(services);
    await pass(0);
    await first.values.return?.();
    await pass(1_000);
    const second = read(services);
    await pass(0);
    expect([second.told, times()]).toEqual([
      ["SUCCESS", "end"],
      [0, 1_000],
    ]);
  });

  it("leaves nothing behind where the operation has ended before it began", async () => {
    const { services, pass, operations } = createScene([done()]);
    const gone = createOperation({ signal: AbortSignal.abort(), requestId: "gone" });
    const first = read(services, BARE, gone);
    await pass(0);
    const later = read(services, BARE, createOperation({ requestId: "later" }));
    await pass(0);
    expect([first.told, later.told]).toEqual([["end"], ["SUCCESS", "end"]]);
    expect(operations.map(({ requestId }) => requestId)).toEqual(["later"]);
  });

  it("is refused where too many watch already, until somebody leaves", async () => {
    const { services, pass } = createScene([running()], { maxWatchers: 2 });
    const [first] = [read(services), read(services)];
    await pass(0);
    expect(() => services.watchInvocation(REF, BARE, createOperation())).toThrow(
      expect.objectContaining({ code: "LIMIT_EXCEEDED", met: { limit: "watchers", max: 2 } }),
    );
    await first?.values.return?.();
    const third = read(services);
    await pass(0);
    expect(third.told).toEqual(["RUNNING"]);
  });
});
