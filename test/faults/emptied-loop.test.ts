import { spawn } from "node:child_process";
import { expect, it } from "@jest/globals";
import { useBuilt } from "../support/built.ts";

useBuilt();

/** Servers that do not keep the process going: what is left of a listener that was lost. */
const LOSE_LISTENERS = `
  import { Server } from "node:net";
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...given) { return listen.apply(this, given).unref(); };`;

it("a gateway with nothing left to wait for ends as one that failed, and says so", async () => {
  const child = spawn(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(LOSE_LISTENERS)}`, "dist/main.js"],
    { env: { PATH: process.env.PATH ?? "", PORT: "0" }, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect([code, said]).toEqual([1, "The process ends: nothing is left that it waits for.\n"]);
});
