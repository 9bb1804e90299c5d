import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, it } from "@jest/globals";

import { takeBreak } from "#domain";
import { createFakeClock } from "../support/clock.ts";
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
      pieces: (async function* () {
        await step(async () => {
          begun += 1;
          await held;
        });
        yield Buffer.from("whole");
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

it("a part that is not done within the operation's deadline is an answer that says so", async () => {
  const clock = createFakeClock();
  let begun = 0;
  gateway = await startGateway({
    clock,
    openExport: (_parameters, step) => ({
      contentType: "text/plain",
      missing: [],
      pieces: (async function* () {
        yield await step(() => {
          begun += 1;
          return new Promise<Buffer>(() => {});
        });
      })(),
    }),
  });
  const headers = { "apollo-require-preflight": "1" };
  const asked = fetch(new URL("/export", gateway.url), { headers });
  while (begun === 0) await takeBreak();
  await clock.advance(10_200);
  const answer = await asked;
  expect([answer.status, await answer.json()]).toMatchObject([
    504,
    { errors: [{ extensions: { code: "DEADLINE_EXCEEDED" } }] },
  ]);
});

// More than the system takes for a reader that stands still, and more than one address may leave unread.
const MUCH = Buffer.alloc(24_000_000);

it("begins no part for an address that leaves much unread", async () => {
  let begun = 0;
  gateway = await startGateway({
    openExport: (_parameters, step) => ({
      contentType: "text/plain",
      missing: [],
      pieces: (async function* () {
        yield await step(async () => {
          begun += 1;
          return MUCH;
        });
      })(),
    }),
  });
  const { hostname, port, host } = new URL(gateway.url);
  const open = async () => {
    const client = connect(Number(port), hostname).pause();
    await once(client, "connect");
    client.write(`GET /export HTTP/1.1\r\nhost: ${host}\r\napollo-require-preflight: 1\r\n\r\n`);
    return client;
  };
  const first = await open();
  while (begun === 0) await takeBreak();
  const second = await open();
  for (let rounds = 0; rounds < 300; rounds += 1) await takeBreak();
  expect(begun).toBe(1);
  first.destroy();
  while (begun < 2) await takeBreak();
  second.destroy();
});

it("a failure behind the first rows leaves these to who reads, and ends the connection before the end of the answer", async () => {
  gateway = await startGateway({
    openExport: (_parameters, step) => ({
      contentType: "text/plain",
      missing: [],
      pieces: (async function* () {
        yield await step(async () => Buffer.from("first\n"));
        yield await step(async () => {
          throw new Error("later");
        });
      })(),
    }),
  });
  const { hostname, port, host } = new URL(gateway.url);
  const client = connect(Number(port), hostname);
  let taken = "";
  client.on("data", (chunk) => {
    taken += chunk;
  });
  client.write(`GET /export HTTP/1.1\r\nhost: ${host}\r\napollo-require-preflight: 1\r\n\r\n`);
  // A reset would be an error.
  const [hadError] = await once(client, "close");
  const [, body] = taken.split("\r\n\r\n");
  expect([hadError, body]).toEqual([false, "6\r\nfirst\n\r\n"]);
});
