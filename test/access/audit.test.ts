import { execFile } from "node:child_process";
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type AuditLine, createAudit, createRotatingFile } from "#access";
import { createFakeClock } from "../support/clock.ts";

const operation = {
  caller: { id: "key deploy-bot", name: "deploy-bot", knownBy: "key" as const },
  address: "10.0.0.7",
  transport: "http",
  requestId: "r-1",
  operationName: "WhatFailed",
  operationHash: "3f1c",
};
const RUN = "ECS/production/cn-hangzhou/t-1";

function begin() {
  const lines: AuditLine[] = [];
  const record = createAudit({ write: (line) => lines.push(line), clock: createFakeClock() }).begin(operation);
  return { lines, record };
}

describe("the audit", () => {
  it("writes one line for what an operation handed out", () => {
    const { lines, record } = begin();
    record.handOut({ kind: "outputs", run: RUN, instanceId: "i-1", bytes: 10 });
    record.handOut({ kind: "outputs", run: RUN, instanceId: "i-2", bytes: 20 });
    record.handOut({ kind: "commands", run: RUN, instanceId: null, bytes: 5 });
    expect(lines).toEqual([]);
    record.end();
    expect(lines).toEqual([
      {
        time: "2026-01-02T03:04:05.000Z",
        caller: "deploy-bot",
        callerId: "key deploy-bot",
        knownBy: "key",
        address: "10.0.0.7",
        transport: "http",
        requestId: "r-1",
        operationName: "WhatFailed",
        operationHash: "3f1c",
        outcome: "allowed",
        kinds: ["commands", "outputs"],
        runs: [RUN],
        runCount: 1,
        instances: ["i-1", "i-2"],
        instanceCount: 2,
        bytes: 35,
      },
    ]);
  });

  it("writes another for what it asked for and did not get", () => {
    const { lines, record } = begin();
    record.handOut({ kind: "outputs", run: RUN, instanceId: "i-1", bytes: 10 });
    record.refuse("commands", RUN);
    record.refuse("commands", null);
    record.end();
    expect(lines.map(({ outcome, kinds, runs, bytes }) => ({ outcome, kinds, runs, bytes }))).toEqual([
      { outcome: "allowed", kinds: ["outputs"], runs: [RUN], bytes: 10 },
      { outcome: "refused", kinds: ["commands"], runs: [RUN], bytes: 0 },
    ]);
  });

  it("writes nothing for an operation that asked for neither", () => {
    const { lines, record } = begin();
    record.end();
    expect(lines).toEqual([]);
  });

  it("names a hundred runs and instances, and counts all", () => {
    const { lines, record } = begin();
    for (let index = 0; index < 60_000; index += 1) {
      record.handOut({ kind: "outputs", run: `run-${index % 300}`, instanceId: `i-${index}`, bytes: 1 });
    }
    record.end();
    expect(lines).toMatchObject([{ runCount: 300, instanceCount: 60_000, bytes: 60_000 }]);
    expect(lines[0]?.runs).toEqual(Array.from({ length: 100 }, (_, index) => `run-${index}`));
    expect(lines[0]?.instances).toHaveLength(100);
  });
});

describe("a file with rotation", () => {
  let folder: string;
  const problems: string[] = [];
  const clock = createFakeClock();
  const read = (name: string) => readFile(join(folder, name), "utf8");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "audit-"));
    problems.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const createFile = (limits: object) =>
    createRotatingFile({ path: join(folder, "audit.log"), onProblem: (text) => problems.push(text), clock, ...limits });

  it("adds to what is there, for the owner alone", async () => {
    createFile({}).write("one");
    const file = createFile({});
    await file.flush();
    file.write("two");
    file.write("three");
    await file.flush();
    expect((await read("audit.log")).split("\n").sort()).toEqual(["", "one", "three", "two"]);
    expect((await stat(join(folder, "audit.log"))).mode & 0o777).toBe(0o600);
  });

  it("begins anew before it grows too large, and leaves so many older ones", async () => {
    const file = createFile({ maxBytes: 10, keep: 2 });
    for (const line of ["line-1", "line-2", "line-3", "line-4"]) {
      file.write(line);
      await file.flush();
    }
    expect((await readdir(folder)).sort()).toEqual(["audit.log", "audit.log.1", "audit.log.2"]);
    expect([await read("audit.log"), await read("audit.log.1"), await read("audit.log.2")]).toEqual([
      "line-4\n",
      "line-3\n",
      "line-2\n",
    ]);
  });

  it("goes on in a new file if another program moved it away", async () => {
    const file = createFile({});
    file.write("one");
    await file.flush();
    await rm(join(folder, "audit.log"));
    file.write("two");
    await file.flush();
    expect(await read("audit.log")).toBe("two\n");
  });

  it("begins a line of its own behind one that was written in part", async () => {
    await writeFile(join(folder, "audit.log"), '{"time":"2026-01-0');
    const file = createFile({});
    file.write("one");
    await file.flush();
    expect(await read("audit.log")).toBe('{"time":"2026-01-0\none\n');
  });

  it("waits for a disk that takes nothing no longer than 5 s at the end", async () => {
    const path = join(folder, "audit.log");
    await promisify(execFile)("mkfifo", [path]);
    const file = createFile({});
    file.write("x".repeat(200_000));
    let isOver = false;
    const end = file.flush().then(() => {
      isOver = true;
    });
    await clock.advance(4_999);
    const wasOver = isOver;
    await clock.advance(1);
    await end;
    expect([wasOver, problems]).toEqual([false, [`Lines of ${path} are lost: the disk does not take them.`]]);
    // The thread that still writes is let go.
    const reader = await open(path, "r");
    for (let bytes = 0; bytes < 200_001; bytes += (await reader.read()).bytesRead);
    await reader.close();
    await file.flush();
  });

  it("says once that lines are lost, and in the file how many", async () => {
    await rm(folder, { recursive: true });
    const file = createFile({});
    for (const line of ["one", "two"]) {
      file.write(line);
      await file.flush();
    }
    expect(problems).toEqual([`Lines of ${join(folder, "audit.log")} are lost: ENOENT.`]);
    const { mkdir } = await import("node:fs/promises");
    await mkdir(folder);
    file.write("three");
    await file.flush();
    expect(await read("audit.log")).toBe('{"lostLines":2}\nthree\n');
  });

  it("holds a bounded number of lines for a disk that is slow", async () => {
    const file = createFile({});
    for (let index = 0; index < 20; index += 1) file.write("x".repeat(1_000_000));
    await file.flush();
    file.write("last");
    await file.flush();
    expect(problems).toHaveLength(1);
    expect((await read("audit.log")).split("\n").map((line) => (line.length > 100 ? line.length : line))).toEqual([
      '{"lostLines":4}',
      ...Array(16).fill(1_000_000),
      "last",
      "",
    ]);
  });
});
