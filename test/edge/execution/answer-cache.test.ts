import { describe, expect, it } from "@jest/globals";
import { createAnswerCache } from "../../../src/edge/execution/answer-cache.ts";
import { createFakeClock } from "../../support/clock.ts";

const answer = (body: string) => ({ headers: { "content-type": "application/json" }, body, operationName: "Page" });

function createScene() {
  const clock = createFakeClock();
  let revision = 1;
  const cache = createAnswerCache(() => revision, clock);
  return {
    clock,
    cache,
    change: () => {
      revision += 1;
    },
    /** Keeps an answer whose operation noted what `note` says. */
    keep(key: string, note: (life: ReturnType<typeof cache.begin>) => void = () => {}) {
      const life = cache.begin();
      note(life);
      cache.keep(key, answer(key), life);
    },
  };
}

describe("an answer that was kept", () => {
  it("serves who asks the same, and nobody else", () => {
    const { cache, keep } = createScene();
    keep("a");
    expect([cache.find("a"), cache.find("b")]).toEqual([answer("a"), undefined]);
  });

  it("is gone once anything that was read changes", () => {
    const { cache, keep, change } = createScene();
    keep("a");
    change();
    expect(cache.find("a")).toBeUndefined();
  });

  it("lives as long as the shortest life that was noted for it", async () => {
    const { cache, clock, keep } = createScene();
    keep("a", (life) => {
      life.endBy(clock.elapsed() + 2_000);
      life.endBy(clock.elapsed() + 1_000);
      life.endBy(clock.elapsed() + 3_000);
    });
    await clock.advance(999);
    expect(cache.find("a")).toEqual(answer("a"));
    await clock.advance(1);
    expect(cache.find("a")).toBeUndefined();
  });
});

describe("an answer is not kept", () => {
  it("if it holds what may change at any moment, whatever else was noted", () => {
    const { cache, clock, keep } = createScene();
    keep("a", (life) => {
      life.end();
      life.endBy(clock.elapsed() + 1_000);
    });
    expect(cache.find("a")).toBeUndefined();
  });

  it("if something changed while it was made", () => {
    const { cache, keep, change } = createScene();
    keep("a", change);
    expect(cache.find("a")).toBeUndefined();
  });

  it("if it is larger than a megabyte", () => {
    const { cache } = createScene();
    cache.keep("a", answer("x".repeat(1_048_577)), cache.begin());
    expect(cache.find("a")).toBeUndefined();
  });
});
