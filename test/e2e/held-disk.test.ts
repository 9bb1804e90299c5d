import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "@jest/globals";
import { useBuilt } from "../support/built.ts";

useBuilt();

const OUTPUTS =
  "{ invocations(first: 20) { nodes { instanceInvocations(first: 20) { nodes { result { output { text } } } } } } }";
/** Each is a line of three kilobytes in the audit, and a pipe that nobody reads takes 64 of them. */
const QUESTIONS = 60;

it("the gateway answers while the disk of the audit holds what it is given, and ends when it is told to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "held-disk-"));
  const path = join(folder, "audit");
  const gateway = spawn(process.execPath, ["dist/main.js"], {
    env: { PATH: process.env.PATH ?? "", PORT: "0", UPSTREAM: "embedded", ACCESS: "open", AUDIT_FILE: path },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const messages: string[] = [];
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: gateway.stdout }).on("line", (line) => {
      const { msg, url: found } = JSON.parse(line) as { readonly msg: string; readonly url?: string };
      if (msg !== "operation") messages.push(msg);
      if (msg === "ready" && found !== undefined) resolve(found);
    });
  });
  rmSync(path, { force: true });
  execFileSync("mkfifo", [path]);
  const held = openSync(path, "r+");
  const body = JSON.stringify({ query: OUTPUTS });
  for (let asked = 0; asked < QUESTIONS; asked += 1) {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(await answer.json()).not.toHaveProperty("errors");
  }
  gateway.kill("SIGTERM");
  const [, signal] = await once(gateway, "exit");
  expect([signal, messages.at(-1)]).toEqual(["SIGKILL", `Lines of ${path} are lost: the disk does not take them.`]);
  closeSync(held);
  rmSync(folder, { recursive: true });
}, 60_000);
