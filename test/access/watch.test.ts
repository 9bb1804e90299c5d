import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type WatchedFile, watchFile } from "#access";
import { createFakeClock, type FakeClock } from "../support/clock.ts";

let folder: string;
let path: string;
let clock: FakeClock;
let watched: WatchedFile;
let texts: string[];
let problems: string[];

function watch(): void {
  watched = watchFile({
    path,
    onText: (text) => texts.push(text),
    onProblem: (message) => problems.push(message),
    clock,
  });
}

/** Looks at the file, and lets time pass as long as it takes. */
async function check(): Promise<void> {
  let isDone = false;
  void watched.check().then(() => {
    isDone = true;
  });
  while (!isDone) await clock.advance(100);
}

/** Lets time pass until the watched file tells of the text. */
async function untilTold(text: string): Promise<void> {
  while (!texts.includes(text)) await clock.advance(100);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "watched-"));
  path = join(folder, "file");
  clock = createFakeClock();
  texts = [];
  problems = [];
  await writeFile(path, "first");
});
afterEach(async () => {
  watched.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a watched file", () => {
  it("is told of when it is found and when its text changes, and not when only its time does", async () => {
    watch();
    await check();
    await writeFile(path, "first");
    await check();
    expect(texts).toEqual(["first"]);
    await writeFile(path, "second");
    await check();
    await check();
    expect([texts, problems]).toEqual([["first", "second"], []]);
  });

  it("that cannot be read is told of once", async () => {
    watch();
    await rm(path);
    await check();
    await check();
    expect([texts, problems]).toEqual([[], [`${path}: expected a readable file, got ENOENT.`]]);
    await writeFile(path, "third");
    await check();
    expect([texts, problems.length]).toEqual([["third"], 1]);
  });

  it("is read at once if the file system tells of a change, also of a new link", async () => {
    await writeFile(join(folder, "v1"), "first");
    await rm(path);
    await symlink("v1", path);
    watch();
    await check();
    await writeFile(join(folder, "v2"), "linked");
    await symlink("v2", join(folder, "new"));
    await rename(join(folder, "new"), path);
    await untilTold("linked");
    expect(texts).toEqual(["first", "linked"]);
  });

  it("is read every 5 seconds if the file system tells nothing", async () => {
    path = join(folder, "later", "file");
    watch();
    await rename(folder, `${folder}-old`);
    folder = `${folder}-old`;
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, "polled");
    await untilTold("polled");
    expect(texts).toEqual(["polled"]);
    await rm(join(path, "..", ".."), { recursive: true, force: true });
  });

  it("is not taken while it is being written, though its first half would do", async () => {
    watch();
    await writeFile(path, "half");
    const looking = watched.check();
    while (!clock.sleeps.includes(200)) await new Promise((resolve) => setImmediate(resolve));
    await writeFile(path, "half and half");
    let isDone = false;
    void looking.then(() => {
      isDone = true;
    });
    while (!isDone) await clock.advance(100);
    expect(texts).toEqual(["half and half"]);
  });

  it("is left alone once nobody wants to know", async () => {
    watch();
    watched.stop();
    await writeFile(path, "second");
    await check();
    expect(texts).toEqual([]);
  });
});
