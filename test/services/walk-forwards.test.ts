import { describe, it } from "@jest/globals";
import { expectExactWalks } from "./support/property.ts";

describe("a walk forwards over random worlds that drift", () => {
  it("loses nothing, doubles nothing, and keeps the order", () => expectExactWalks(1), 120_000);
});
