import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { createKey, createOpenGate } from "#access";
import { accessFile, everything } from "./files.ts";
import { createTestGate } from "./gates.ts";

const { key, sha256 } = createKey();
const bot = { name: "deploy-bot", sha256, roles: ["operators"] };
const asBot = { id: "key deploy-bot", name: "deploy-bot", knownBy: "key", roles: ["operators"] };
const badKey = { kind: "unauthenticated", reason: "the key is none of the access file's" };

describe("API keys", () => {
  it("have 256 random bits, a mark that scanners find, and are known by their hash", () => {
    const made = createKey((bytes) => new Uint8Array(bytes).fill(255));
    expect(made.key).toBe(`cag_${"_".repeat(42)}8`);
    expect(made.sha256).toBe(createHash("sha256").update(made.key).digest("hex"));
    expect(createKey().key).not.toBe(createKey().key);
  });

  it("let their callers in until they expire, to the millisecond, also once they are known", async () => {
    const expires = "2026-01-02T03:04:25Z";
    const gate = createTestGate(accessFile({ keys: [{ ...bot, expires }], roles: everything }));
    const known = { ...asBot, expiresAt: Date.parse(expires) };
    expect(await gate.show(`Bearer ${key}`)).toEqual(known);
    await gate.clock.advance(19_999);
    expect(await gate.show(`bearer  ${key}`)).toEqual(known);
    await gate.clock.advance(1);
    expect(await gate.show(`Bearer ${key}`)).toEqual({
      kind: "unauthenticated",
      reason: "the key deploy-bot has expired",
    });
  });

  it("are refused if they are unknown, cut, or a hash", async () => {
    const gate = createTestGate(accessFile({ keys: [bot], roles: everything }));
    for (const shown of [createKey().key, key.slice(0, -1), `${key}x`, `cag_${sha256}`]) {
      expect(await gate.show(`Bearer ${shown}`)).toEqual(badKey);
    }
  });

  it("give 403 and no 401 if they are good and have no role", async () => {
    const gate = createTestGate(accessFile({ keys: [{ ...bot, roles: [] }], roles: everything }));
    expect(await gate.show(`Bearer ${key}`)).toEqual({
      kind: "forbidden",
      reason: "deploy-bot has no role of the access file",
    });
  });
});

describe("the gate", () => {
  it("adds the roles of everyone, in the order of the file", async () => {
    const roles = { viewers: { may: ["runs"], sources: [{}] }, ...everything };
    const gate = createTestGate(accessFile({ keys: [bot], roles, everyone: ["viewers"] }));
    expect(await gate.show(`Bearer ${key}`)).toMatchObject({ roles: ["viewers", "operators"] });
  });

  it("shares one view among callers of the same roles", async () => {
    const second = createKey();
    const keys = [bot, { name: "other", sha256: second.sha256, roles: ["operators"] }];
    const gate = createTestGate(accessFile({ keys, roles: everything }));
    const [one, other] = await Promise.all(
      [key, second.key].map((shown) =>
        gate.authenticate({ authorization: `Bearer ${shown}`, headers: {}, remoteAddress: "::1" }),
      ),
    );
    expect(one).toMatchObject({ caller: { name: "deploy-bot" } });
    expect((one as { caller: { view: unknown } }).caller.view).toBe(
      (other as { caller: { view: unknown } }).caller.view,
    );
  });

  it.each<[string, string | string[] | undefined, string]>([
    ["nothing", undefined, "no credential"],
    ["an empty list", [], "no credential"],
    ["another scheme", "Basic dXNlcjpwYXNz", "no Bearer"],
    ["a bare token", key, "no Bearer"],
    ["no token", "Bearer ", "Authorization holds no token after Bearer"],
    ["two in one", `Bearer ${key}, Bearer ${key}`, "Authorization holds something else than one token"],
    ["two headers, both good", [`Bearer ${key}`, `Bearer ${key}`], "more than one Authorization"],
    ["8 KB", `Bearer ${"a".repeat(9000)}`, "a token of more than 8192 characters"],
  ])("refuses %s", async (_, shown, reason) => {
    const gate = createTestGate(accessFile({ keys: [bot], roles: everything }));
    expect(await gate.show(shown)).toEqual({ kind: "unauthenticated", reason });
  });

  it("asks for a token, and says if the one that came was bad", async () => {
    const gate = createTestGate(accessFile({ keys: [bot], roles: everything }));
    const challengeFor = (authorization?: string) =>
      gate.authenticate({ authorization, headers: {}, remoteAddress: "127.0.0.1" });
    expect(await challengeFor()).toMatchObject({ refusal: { challenge: 'Bearer realm="cloud-assistant"' } });
    expect(await challengeFor("Bearer cag_x")).toMatchObject({
      refusal: { challenge: 'Bearer realm="cloud-assistant", error="invalid_token"' },
    });
  });

  it("forgets every token when the file is read again", async () => {
    const gate = createTestGate(accessFile({ keys: [bot], roles: everything }));
    await gate.show(`Bearer ${key}`);
    gate.reload(accessFile({ keys: [{ ...bot, name: "renamed" }], roles: everything }));
    expect(await gate.show(`Bearer ${key}`)).toMatchObject({ name: "renamed" });
    gate.reload(accessFile({ keys: [{ ...bot, sha256: "0".repeat(64) }], roles: everything }));
    expect(await gate.show(`Bearer ${key}`)).toEqual(badKey);
  });

  it("knows the rights of a file that is read again as the same unless the roles' own rights are others", async () => {
    const gate = createTestGate(accessFile({ keys: [bot], roles: everything }));
    const viewOf = async () => {
      const shown = await gate.authenticate({
        authorization: `Bearer ${key}`,
        headers: {},
        remoteAddress: "127.0.0.1",
      });
      return "caller" in shown ? shown.caller.view.key : null;
    };
    const before = await viewOf();
    const others = { others: { may: ["runs"], sources: [{}] } };
    gate.reload(accessFile({ keys: [{ ...bot, name: "renamed" }], roles: { ...everything, ...others } }));
    const renamed = await viewOf();
    gate.reload(accessFile({ keys: [bot], roles: { operators: { may: ["runs"], sources: [{}] } } }));
    expect([before !== null && renamed === before, (await viewOf()) === before]).toEqual([true, false]);
  });

  it("tells an address that guesses to wait, and nobody who has a good token, even if others of that address guess", async () => {
    const late = createKey();
    const keys = [bot, { name: "late", sha256: late.sha256, roles: ["operators"] }];
    const gate = createTestGate(accessFile({ keys, roles: everything }));
    const from = (remoteAddress: string, shown: string) => gate.show(`Bearer ${shown}`, { remoteAddress });
    await from("2001:db8::1", key);
    for (let guess = 0; guess < 600; guess += 1) await from("2001:db8::1", `cag_${guess}`);
    const throttled = { kind: "throttled", reason: "too many bad tokens from this address" };
    expect(await from("2001:db8:0:0:ffff::2", "cag_x")).toEqual(throttled);
    expect(await from("2001:db8::2", late.key)).toMatchObject({ name: "late" });
    expect(await from("2001:db8:0:1::1", "cag_x")).toEqual(badKey);
    await gate.clock.advance(60_001);
    for (let guess = 0; guess < 601; guess += 1) await from("2001:db8::1", `cag_${guess}`);
    expect(await from("2001:db8::1", "cag_x")).toEqual(throttled);
    expect(await from("2001:db8::1", key)).toMatchObject({ name: "deploy-bot" });
    await gate.clock.advance(1000);
    expect(await from("2001:db8::1", "cag_x")).toEqual(badKey);
  });

  it("lets everybody in without an access file", async () => {
    const result = await createOpenGate().authenticate({ authorization: "Bearer x", headers: {}, remoteAddress: "" });
    expect(result).toMatchObject({ caller: { name: "anyone", knownBy: "open", expiresAt: null } });
  });
});

describe("a proxy in front", () => {
  const proxy = { from: ["10.0.0.0/8", "fd00::/8"], userHeader: "X-Forwarded-User", rolesHeader: "x-forwarded-groups" };
  const gate = createTestGate(accessFile({ proxy, keys: [bot], roles: everything }));
  const headers = { "x-forwarded-user": ["ann"], "x-forwarded-groups": ["operators, others"] };
  const ann = { id: "proxy ann", name: "ann", knownBy: "proxy", roles: ["operators"], expiresAt: null };

  it.each(["10.1.2.3", "::ffff:10.1.2.3", "fd00::1"])("is believed if it speaks from %s", async (remoteAddress) => {
    expect(await gate.show(undefined, { headers, remoteAddress })).toEqual(ann);
  });

  it.each(["11.0.0.1", "::ffff:11.0.0.1", "fe80::1%eth0", "127.0.0.1", "", "10.0.0.0/8"])(
    "is not believed if its headers come from %j",
    async (remoteAddress) => {
      expect(await gate.show(undefined, { headers, remoteAddress })).toEqual({
        kind: "unauthenticated",
        reason: "no credential",
      });
    },
  );

  it("is not believed if it adds to what the client sent", async () => {
    for (const name of ["x-forwarded-user", "x-forwarded-groups"]) {
      const doubled = { ...headers, [name]: ["operators", "operators"] };
      expect(await gate.show(undefined, { headers: doubled, remoteAddress: "10.0.0.1" })).toEqual({
        kind: "unauthenticated",
        reason: "the proxy's header came more than once",
      });
    }
  });

  it("has to name somebody, and cannot write lines into logs", async () => {
    const named = (name: string) =>
      gate.show(undefined, { headers: { ...headers, "x-forwarded-user": [name] }, remoteAddress: "10.0.0.1" });
    expect(await named(" ")).toEqual({ kind: "unauthenticated", reason: "the proxy's header names nobody" });
    expect(await named("ann\u2028\u0007x")).toMatchObject({ name: "ann x" });
  });

  it("does not count beside a token: a bad one is not made good", async () => {
    const rest = { headers, remoteAddress: "10.0.0.1" };
    expect(await gate.show(`Bearer ${key}`, rest)).toMatchObject({ name: "deploy-bot" });
    expect(await gate.show("Bearer cag_x", rest)).toEqual(badKey);
    expect(await gate.show("Basic dXNlcjpwYXNz", rest)).toEqual(ann);
  });
});
