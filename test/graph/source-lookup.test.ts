import { describe, expect, it } from "@jest/globals";

import type { Source } from "#domain";
import { requireSource, type SourceWords } from "../../src/graph/sources/lookup.ts";
import { stubServices } from "./ask.ts";

const hangzhou: Source = { provider: "ECS", account: "shop", regionId: "cn-hangzhou" };
const other: Source = { ...hangzhou, account: "lab" };
const beijing: Source = { ...hangzhou, regionId: "cn-beijing" };

function messageFor(words: SourceWords): string {
  const { services } = stubServices({ listSources: () => [hangzhou, other, beijing], findSource: () => null });
  try {
    return JSON.stringify(requireSource(services, words));
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

describe("a source that no configured one fits", () => {
  it.each([
    [
      { provider: "ECS", regionId: "cn-nowhere" },
      '`regionId`: expected a configured region of ECS (cn-beijing, cn-hangzhou), got "cn-nowhere".',
    ],
    [
      { provider: "ECS", regionId: "cn-beijing", account: "lab" },
      '`regionId`: expected a configured region of ECS (cn-hangzhou), got "cn-beijing".',
    ],
    [
      { provider: "SWAS", regionId: "cn-beijing" },
      '`regionId`: expected a configured region of SWAS (none is configured), got "cn-beijing".',
    ],
    [
      { provider: "ECS", regionId: "cn-hangzhou", account: "nobody" },
      '`account`: expected an account with ECS (lab, shop), got "nobody".',
    ],
    [
      { provider: "ECS", regionId: "cn-hangzhou" },
      "`account`: expected an account, since several have cn-hangzhou (lab, shop), got none.",
    ],
  ] as const)("is refused with what would fit: %j", (words, message) => {
    expect(messageFor(words)).toBe(message);
  });
});
