import { describe, expect, it } from "@jest/globals";
import { LIST_END, LIST_HEAD } from "#store";
import { createScene, createSource } from "./collect-scene.ts";

const EVERYTHING = [{ from: LIST_HEAD, to: LIST_END }];

describe("a source that is collected", () => {
  it("is read page after page to its end, at the collector's pace", async () => {
    const scene = createScene([createSource(0, 130)]);
    const { collector } = scene.begin();
    await scene.clock.advance(0);
    const [source] = scene.sources;
    expect(source?.calls).toEqual(["list 1/50", "list 2/48", "list 3/47"]);
    expect(await scene.spans()).toEqual(EVERYTHING);
    expect(await scene.known()).toHaveLength(130);
    expect([...scene.paces]).toEqual(["collect"]);
    expect(scene.notices).toEqual([]);
    await collector.stop();
  });
});
