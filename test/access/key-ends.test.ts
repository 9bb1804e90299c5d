import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createAccess, createKey, describeWarnings, readAccessFile } from "#access";
import { createFakeClock } from "../support/clock.ts";
import { accessFile, everything } from "./files.ts";

const NOW = Date.UTC(2026, 0, 2);
const key = (name: string, expires?: string) => ({
  name,
  sha256: createKey().sha256,
  roles: ["operators"],
  ...(expires !== undefined && { expires }),
});
const tell = (keys: readonly object[], others = {}) =>
  describeWarnings(accessFile({ keys, roles: everything, ...others }), NOW);
const SHUT = "ACCESS_FILE: every key has expired, and there is no other way in: nobody is let in";

describe("the ends of the keys of an access file", () => {
  it("are nothing to tell while every key holds for more than 14 days", () => {
    expect(tell([key("ann"), key("bob", "2026-01-16T00:00:01Z")])).toEqual([]);
  });

  it("are told by name, those that have passed and those to come within 14 days", () => {
    expect(tell([key("ann"), key("old", "2026-01-02"), key("bob", "2026-01-16")])).toEqual([
      "ACCESS_FILE: keys have expired and are refused: old (2026-01-02T00:00:00.000Z)",
      "ACCESS_FILE: keys expire within 14 days: bob (2026-01-16T00:00:00.000Z)",
    ]);
  });

  it("are told to let nobody in, unless there is another way", () => {
    const keys = [key("old", "2025-12-31")];
    const told = "ACCESS_FILE: keys have expired and are refused: old (2025-12-31T00:00:00.000Z)";
    expect(tell(keys)).toEqual([told, SHUT]);
    expect(tell(keys, { proxy: { from: ["10.0.0.0/8"], userHeader: "x-user" } })).toEqual([told]);
    expect(tell(keys, { oidc: [{ issuer: "https://sso.example", audience: "gateway" }] })).toEqual([told]);
  });

  it("are told in one line, whatever number of keys there is, and never with a hash", () => {
    const keys = Array.from({ length: 2_000 }, (_, number) => key(`k${number}`, "2025-12-31"));
    const [told = ""] = tell(keys);
    expect([told.endsWith(", and 1990 more"), told.split(", ").length]).toEqual([true, 11]);
    expect(keys.some(({ sha256 }) => told.includes(sha256))).toBe(false);
  });

  it("are told when the gateway starts, and when the file has changed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "key-ends-"));
    const path = join(folder, "access.json");
    const clock = createFakeClock();
    const textOf = (name: string) =>
      JSON.stringify({ keys: [key(name, "2020-01-01")], roles: { operators: { may: ["runs"], sources: [{}] } } });
    const first = textOf("old");
    await writeFile(path, first);
    const warnings: string[] = [];
    const access = createAccess({
      initial: { path, file: readAccessFile(first, path, { accounts: [] }) },
      accounts: [],
      auditFile: null,
      clock,
      fetch,
      warn: (message) => warnings.push(message),
      logAudit: () => {},
    });
    access.start();
    const told = (name: string) => [
      `ACCESS_FILE: keys have expired and are refused: ${name} (2020-01-01T00:00:00.000Z)`,
      SHUT,
    ];
    expect(warnings).toEqual(told("old"));
    await writeFile(path, textOf("older"));
    while (warnings.length < 4) await clock.advance(100);
    await access.stop();
    await rm(folder, { recursive: true });
    expect(warnings.slice(2)).toEqual(told("older"));
  });
});
