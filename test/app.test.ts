import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { checkSettings, createApp } from "#app";
import { readConfig, SettingsError } from "#config";
import { toEmulatorOptions } from "../src/origin.ts";

describe("a gateway that starts", () => {
  it("warns of a variable that was set without effect, without its value", async () => {
    const lines: string[] = [];
    const config = readConfig({ PORT: "0", PAGE: "off", WATCH_MIN_INTERVAL: "do-not-print-me", HOME: "/" });
    const app = createApp(config, { logDestination: { write: (line) => void lines.push(line) } });
    await app.start();
    await app.stop();
    expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn")).toEqual([
      {
        level: "warn",
        time: expect.any(String),
        variable: "WATCH_MIN_INTERVAL",
        msg: "WATCH_MIN_INTERVAL is set but is no setting, and has no effect: is WATCH_MIN_INTERVAL_MS meant?",
      },
    ]);
    expect(lines.join()).not.toContain("do-not-print-me");
  });
});

it("settings that are only checked tell the same warnings", async () => {
  const config = readConfig({ FRESHNES_MS: "do-not-print-me", NODE_ENV: "staging" });
  expect((await checkSettings(config)).split("\n").slice(1)).toEqual([
    "Warning: FRESHNES_MS is set but is no setting, and has no effect: is FRESHNESS_MS meant?",
    "Warning: NODE_ENV=staging is none of production, development and test, and counts as development",
  ]);
});

it("keys of the access file that have expired are told at the start and by a check", async () => {
  const folder = mkdtempSync(join(tmpdir(), "app-"));
  const path = join(folder, "access.json");
  const key = { name: "deploy-bot", sha256: "ab".repeat(32), roles: ["all"], expires: "2020-01-01" };
  writeFileSync(path, JSON.stringify({ keys: [key], roles: { all: { may: ["runs"], sources: [{}] } } }));
  const config = readConfig({ PORT: "0", PAGE: "off", ACCESS_FILE: path });
  rmSync(folder, { recursive: true });
  const told = [
    "ACCESS_FILE: keys have expired and are refused: deploy-bot (2020-01-01T00:00:00.000Z)",
    "ACCESS_FILE: every key has expired, and there is no other way in: nobody is let in",
  ];
  expect((await checkSettings(config)).split("\n").slice(1)).toEqual(told.map((one) => `Warning: ${one}`));
  const lines: string[] = [];
  const app = createApp(config, { logDestination: { write: (line) => void lines.push(line) } });
  await app.start();
  await app.stop();
  const warned = lines.map((line) => JSON.parse(line)).filter(({ msg }) => String(msg).startsWith("ACCESS_FILE"));
  expect(warned.map(({ level, msg }) => [level, msg])).toEqual(told.map((one) => ["warn", one]));
});

describe("toEmulatorOptions", () => {
  it("refuses faults that cannot be read as a wrong setting, so that the process ends with 2", () => {
    const read = () => toEmulatorOptions({ seed: 1, faults: "latency:soon", keyPair: null });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(
      new SettingsError([
        'EMULATOR_FAULTS: the fault "latency:soon" cannot be read: expected a product (ecs, swas), an action, a region, a share from 0.0 to 1.0 or a whole number',
      ]),
    );
  });
});
