import { it } from "@jest/globals";
import { expectExactWalks } from "./support/property.ts";

it("gives every run exactly once, in the total order, in every random world", () => expectExactWalks(-1), 60_000);
