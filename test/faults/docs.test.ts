import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { API } from "./rows-api.ts";
import { DATA } from "./rows-data.ts";
import { HTTP } from "./rows-http.ts";
import { NETWORK } from "./rows-network.ts";
import { renderFaults } from "./table.ts";

it("docs/faults.md holds the rows that are played", () => {
  const text = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
  const [, table] = /<!-- faults:begin -->\n\n([\s\S]*)\n\n<!-- faults:end -->/.exec(text) ?? [];
  expect(table).toBe(renderFaults([NETWORK, HTTP, API, DATA]));
});
