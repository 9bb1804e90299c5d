import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { readConfig } from "#config";
import { VARIABLE_NAMES } from "../../src/config/settings.ts";

const CHART = "deploy/helm";
const read = (file: string) => readFileSync(join(CHART, file), "utf8");
const values = parse(read("values.yaml")) as Readonly<Record<string, unknown>>;
const schema = z.fromJSONSchema(JSON.parse(read("values.schema.json")));
const templates = readdirSync(join(CHART, "templates")).map((name) => ({ name, text: read(join("templates", name)) }));
const all = templates.map(({ text }) => text).join("\n");

// No renderer of charts is at hand: what can be said without one is checked here.
describe("the chart", () => {
  it("has values that its schema takes, and a schema that takes no other", () => {
    expect(schema.safeParse(values)).toMatchObject({ success: true });
    for (const wrong of [
      { replica: 2 },
      { replicas: "two" },
      { drainMs: -1 },
      { image: { repository: "x" } },
      { settings: { MAX: 1e6 } },
    ]) {
      expect(schema.safeParse({ ...values, ...wrong })).toMatchObject({ success: false });
    }
  });

  it("names no setting that the gateway does not know", () => {
    const named = [...all.matchAll(/\{ name: ([A-Z][A-Z_]+), value/g)].map(([, name]) => name);
    const given = Object.keys(values.settings as object);
    expect([...named, ...given].filter((name) => !VARIABLE_NAMES.some((known) => known === name))).toEqual([]);
    expect(named).toEqual(["HOST", "PORT", "ADMIN_PORT", "DRAIN_MS", "ACCESS_FILE", "ACCOUNTS_FILE"]);
  });

  it("uses no value that is not among its values", () => {
    const used = [...all.matchAll(/\.Values\.([A-Za-z.]+)/g)].map(([, path = ""]) => path);
    const isThere = (path: string) =>
      path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values) !==
      undefined;
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((path) => !isThere(path))).toEqual([]);
  });

  it("closes every block that it opens", () => {
    for (const { name, text } of templates) {
      const words = [...text.matchAll(/\{\{-? *(if|range|with|define|end)\b/g)].map(([, word]) => word);
      const ends = words.filter((word) => word === "end").length;
      expect([name, ends]).toEqual([name, words.length - ends]);
    }
  });

  it("gives settings that the gateway starts with, and more time to stop than it takes", () => {
    const settings = values.settings as Readonly<Record<string, string>>;
    const environment = { HOST: "0.0.0.0", PORT: "4000", ADMIN_PORT: "4001", ACCESS: "open", NODE_ENV: "production" };
    const secret = { DATABASE_URL: "postgres://gateway@db/gateway", CURSOR_KEYS: "a key that only tests use" };
    const drain = { DRAIN_MS: String(values.drainMs) };
    const { warnings, drainMs, operationDeadlineMs } = readConfig({
      ...environment,
      ...secret,
      ...drain,
      ...settings,
      ALLOWED_HOSTS: "gateway.example.com",
    });
    expect(warnings).toEqual([]);
    expect(Number(values.terminationGracePeriodSeconds) * 1_000).toBeGreaterThan(drainMs + operationDeadlineMs);
  });
});
