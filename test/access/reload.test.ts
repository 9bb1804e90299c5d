import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { createAccess, createKey, readAccessFile } from "#access";
import { createFakeClock } from "../support/clock.ts";
import { knownAccounts } from "./files.ts";

const ann = createKey();
const bob = createKey();
const textFor = (name: string, sha256: string) =>
  `keys: [{ name: ${name}, sha256: "${sha256}", roles: [all] }]\nroles: { all: { may: [runs], sources: [{}] } }\n`;

it("an access file that changes is taken, and one that cannot be used leaves the old one in force and is told of once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "access-"));
  const path = join(folder, "access.yml");
  const first = textFor("ann", ann.sha256);
  await writeFile(path, first);
  const clock = createFakeClock();
  const warnings: string[] = [];
  const access = createAccess({
    initial: { path, file: readAccessFile(first, path, { accounts: knownAccounts("one") }) },
    accounts: knownAccounts("one"),
    auditFile: null,
    clock,
    fetch,
    warn: (message) => warnings.push(message.replaceAll(folder, "")),
    logAudit: () => {},
  });
  access.start();
  const asked = (key: string) =>
    access.gate.authenticate({ authorization: `Bearer ${key}`, headers: {}, remoteAddress: "10.0.0.1" });
  const whoIs = async (key: string) => {
    const result = await asked(key);
    return "caller" in result ? result.caller.name : null;
  };
  const callers = async () => [await whoIs(ann.key), await whoIs(bob.key)];

  const before = await callers();
  await writeFile(path, "keys: 3\n");
  while (warnings.length === 0) await clock.advance(100);
  const meanwhile = await callers();
  await writeFile(path, textFor("bob", bob.sha256));
  while ((await whoIs(bob.key)) === null) await clock.advance(100);
  const after = await callers();
  await access.stop();
  await rm(folder, { recursive: true });

  expect([before, meanwhile, after]).toEqual([
    ["ann", null],
    ["ann", null],
    [null, "bob"],
  ]);
  expect(warnings).toEqual([
    "The access file /access.yml cannot be used:\n  /access.yml:1: `keys`: expected a list, got 3.\nThe access file that was read before stays in force.",
  ]);
});
