import { afterEach, expect, it } from "@jest/globals";

import { takeBreak } from "#domain";
import { startGateway, type TestGateway } from "./gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.stop());

it("exports are worked on three at a time, as large operations are", async () => {
  let begun = 0;
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  gateway = await startGateway({
    openExport: (_parameters, step) => ({
      contentType: "text/plain",
      missing: [],
      texts: (async function* () {
        await step(async () => {
          begun += 1;
          await held;
        });
        yield "whole";
      })(),
    }),
  });
  const headers = { "apollo-require-preflight": "1" };
  const answers = Array.from({ length: 5 }, async () =>
    (await fetch(new URL("/export", gateway.url), { headers })).text(),
  );
  while (begun < 3) await takeBreak();
  for (let rounds = 0; rounds < 50; rounds += 1) await takeBreak();
  expect(begun).toBe(3);
  letGo();
  expect(await Promise.all(answers)).toEqual(Array(5).fill("whole"));
});
