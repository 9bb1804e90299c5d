import { describe, expect, it } from "@jest/globals";

import { UNITS_A_TURN, unitsToDecode } from "#services";

const unitsOf = (count: number, text: readonly number[]) => count * unitsToDecode(Uint8Array.from(text));

describe("what it costs to decode outputs", () => {
  it("is next to nothing for small ones in UTF-8", () => {
    expect(unitsOf(1_000, [...Buffer.from("服务已启动\n")])).toBeLessThan(UNITS_A_TURN / 10);
  });

  it.each([
    ["odd bytes", [0xe9, 0x0a]],
    ["bytes that may be UTF-16", [0xe9, 0]],
  ])("is several turns for a thousand small ones of %s", (_what, bytes) => {
    expect(unitsOf(1_000, bytes)).toBeGreaterThan(5 * UNITS_A_TURN);
  });
});
