import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JWTPayload } from "jose";
import { accessFile, everything } from "./files.ts";
import { createTestGate, type TestGate } from "./gates.ts";
import { startIssuer, type TestIssuer } from "./issuer.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
const DISCOVERY = "/.well-known/openid-configuration";
const READ = [DISCOVERY, "/jwks"];

let issuer: TestIssuer;
let gate: TestGate;

function gateFor(settings: object = {}): TestGate {
  return createTestGate(
    accessFile({
      oidc: [{ issuer: issuer.url, audience: ["cloud-assistant", "other"], ...settings }],
      roles: everything,
    }),
  );
}

function sign(claims: JWTPayload = {}, header = {}): Promise<string> {
  const all = { iss: issuer.url, aud: "other", sub: "u-1", exp: NOW + 10_000, groups: "a operators b", ...claims };
  return issuer.sign(all, header);
}

async function show(claims: JWTPayload = {}, header = {}): Promise<unknown> {
  return gate.show(`Bearer ${await sign(claims, header)}`);
}

/** Lets real requests to the issuer end. */
async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setImmediate(resolve));
}

const good = expect.objectContaining({ name: "u-1" });
const refused = expect.objectContaining({ kind: "unauthenticated" });
const unavailable = { kind: "unavailable", reason: expect.stringMatching(/^no keys of http/) };

beforeEach(async () => {
  issuer = await startIssuer();
  gate = gateFor();
});
afterEach(async () => {
  gate.stop();
  await issuer.stop();
});

describe("a token of an issuer", () => {
  it("names its caller, its roles and its end", async () => {
    expect(await show({ preferred_username: "ann" })).toEqual({
      id: `oidc ${issuer.url} u-1`,
      name: "ann",
      knownBy: "oidc",
      roles: ["operators"],
      expiresAt: (NOW + 10_000) * 1000,
    });
  });

  it.each([
    ["a list", "groups", { groups: ["operators", 3, null] }],
    ["a claim inside another", "realm_access.roles", { realm_access: { roles: ["operators"] } }],
    ["a claim with dots in its name", "https://a.example/roles", { "https://a.example/roles": "operators" }],
  ])("may have its roles in %s", async (_, rolesClaim, claims) => {
    gate = gateFor({ rolesClaim });
    expect(await show({ groups: undefined, ...claims })).toMatchObject({ roles: ["operators"] });
  });

  it("without a role of the file is known and forbidden", async () => {
    expect(await show({ groups: ["strangers"] })).toEqual({
      kind: "forbidden",
      reason: "u-1 has no role of the access file",
    });
  });

  it("is good within 30 seconds of its times, since clocks differ", async () => {
    expect(await show({ exp: NOW - 29 })).toEqual(good);
    expect(await show({ nbf: NOW + 29 })).toEqual(good);
    expect(await show({ nbf: NOW + 60 })).toEqual({
      kind: "unauthenticated",
      reason: "the token is not valid yet (this machine's time is 2026-01-02T03:04:05.000Z; is its clock right?)",
    });
  });

  it("is verified once a minute, and never known beyond its end", async () => {
    const lasting = `Bearer ${await sign()}`;
    const short = `Bearer ${await sign({ exp: NOW + 10 })}`;
    expect([await gate.show(lasting), await gate.show(short)]).toEqual([good, good]);
    // With another key published only a token that is still known gets in.
    await issuer.rotate();
    await gate.clock.advance(30_000);
    expect(await show()).toEqual(good);
    expect([await gate.show(lasting), await gate.show(short)]).toEqual([good, refused]);
    await gate.clock.advance(29_999);
    expect(await gate.show(lasting)).toEqual(good);
    await gate.clock.advance(1);
    expect(await gate.show(lasting)).toEqual(refused);
  });

  it("is known no longer if somebody sets the machine's clock back, and new keys are found as soon", async () => {
    const lasting = `Bearer ${await sign()}`;
    expect(await gate.show(lasting)).toEqual(good);
    await issuer.rotate();
    gate.clock.setBack(3_600_000);
    await gate.clock.advance(30_000);
    expect([await show(), await gate.show(lasting)]).toEqual([good, good]);
    await gate.clock.advance(30_000);
    expect(await gate.show(lasting)).toEqual(refused);
  });
});

describe("the keys of an issuer", () => {
  it("are read once for many tokens at once", async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => sign({ jti: `${index}` })));
    await Promise.all(tokens.map((token) => gate.show(`Bearer ${token}`)));
    expect(issuer.asked).toEqual(READ);
  });

  it("are read again when a token names a new one", async () => {
    await show();
    await issuer.rotate();
    await gate.clock.advance(30_000);
    expect(await show()).toEqual(good);
    expect(issuer.asked).toEqual([...READ, ...READ]);
  });

  it("cost one look in 30 seconds however many unknown keys are named", async () => {
    await show();
    for (let index = 0; index < 50; index += 1) expect(await show({}, { kid: `invented-${index}` })).toEqual(refused);
    expect(issuer.asked).toEqual(READ);
    await gate.clock.advance(30_000);
    for (let index = 0; index < 50; index += 1) await show({}, { kid: `invented-${index}` });
    expect(issuer.asked).toEqual([...READ, ...READ]);
  });

  it("are read again after ten minutes, so that one that was taken back goes", async () => {
    const first = `Bearer ${await sign()}`;
    await gate.show(first);
    await issuer.rotate();
    await gate.clock.advance(600_001);
    await gate.show(first);
    await until(() => issuer.asked.length === 4);
    // A token that names a new key waits for the keys that are being read.
    expect(await show()).toEqual(good);
    // One that is known is believed for a minute.
    await gate.clock.advance(60_001);
    expect(await gate.show(first)).toEqual(refused);
  });

  it("serve on for an hour while the issuer is gone, and no longer", async () => {
    await show();
    issuer.answers.set(DISCOVERY, (response) => response.writeHead(503).end());
    await gate.clock.advance(3_590_000);
    expect(await show({ jti: "1" })).toEqual(good);
    await until(() => gate.warnings.length === 1);
    await gate.clock.advance(20_000);
    expect(await show({ jti: "2" })).toEqual(unavailable);
  });

  it("leave out symmetric ones and those for encryption", async () => {
    const encryption = { ...(await issuer.publicJwk()), use: "enc" };
    issuer.answers.set("/jwks", (response) =>
      response.end(JSON.stringify({ keys: [encryption, { kty: "oct", k: "c2VjcmV0", kid: "key-0", alg: "HS256" }] })),
    );
    expect(await show()).toEqual(refused);
  });
});

describe("an issuer that cannot be reached", () => {
  it("is told of and asked again, and lets its tokens in as soon as it answers", async () => {
    issuer.answers.set(DISCOVERY, (response) => response.writeHead(500).end());
    gate.start();
    await until(() => gate.warnings.length === 1);
    expect(gate.warnings).toEqual([
      `access.yml:1: The keys of the issuer ${issuer.url} cannot be read: expected its discovery document and its keys, but ${issuer.url}${DISCOVERY} answered with status 500. Its tokens are refused without known keys; the next try is in 1000 ms.`,
    ]);
    expect(await show()).toEqual(unavailable);
    expect(issuer.asked).toEqual([DISCOVERY]);
    issuer.answers.clear();
    await gate.clock.advance(1000);
    await until(() => gate.warnings.length > 1);
    expect(gate.warnings.slice(1)).toEqual([
      `access.yml:1: The keys of the issuer ${issuer.url} can be read again (failures: 1).`,
    ]);
    expect(await show()).toEqual(good);
  });

  it("is asked ever less often, at least once a minute", async () => {
    issuer.answers.set(DISCOVERY, (response) => response.writeHead(500).end());
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await show();
      await show();
      expect(issuer.asked).toHaveLength(attempt);
      await gate.clock.advance(Math.min(60_000, 1000 * 2 ** (attempt - 1)));
    }
  });

  it("keeps nobody else out", async () => {
    issuer.answers.set(DISCOVERY, (response) => response.writeHead(500).end());
    const second = await startIssuer();
    gate = createTestGate(
      accessFile({ oidc: [issuer, second].map(({ url }) => ({ issuer: url, audience: "other" })), roles: everything }),
    );
    gate.start();
    const token = await second.sign({
      iss: second.url,
      aud: "other",
      sub: "u-2",
      exp: NOW + 60,
      groups: ["operators"],
    });
    expect(await gate.show(`Bearer ${token}`)).toMatchObject({ name: "u-2" });
    await second.stop();
  });

  it.each<[string, string, (url: string) => string, string]>([
    [
      "another issuer",
      DISCOVERY,
      (url) => JSON.stringify({ issuer: "https://evil.example", jwks_uri: `${url}/jwks` }),
      'speaks for "https://evil.example"',
    ],
    [
      "keys over plain http",
      DISCOVERY,
      (url) => JSON.stringify({ issuer: url, jwks_uri: "http://10.0.0.1/jwks" }),
      "names a jwks_uri without https",
    ],
    ["no address of keys", DISCOVERY, (url) => JSON.stringify({ issuer: url }), "holds no issuer or no jwks_uri"],
    ["no JSON", DISCOVERY, () => "<html>", "answered with something other than JSON"],
    ["no keys", "/jwks", () => "{}", "holds no key set"],
    ["a flood", "/jwks", () => "x".repeat(300_000), "answered with more than 262144 bytes"],
  ])("is one that tells of %s", async (_, path, body, reason) => {
    issuer.answers.set(path, (response) => response.end(body(issuer.url)));
    expect(await show()).toEqual(unavailable);
    expect(gate.warnings.at(-1)).toContain(`${issuer.url}${path} ${reason}.`);
  });

  it("is one that redirects, or that is silent for 5 seconds", async () => {
    issuer.answers.set(DISCOVERY, (response) => response.writeHead(302, { location: `${issuer.url}/jwks` }).end());
    expect(await show()).toEqual(unavailable);
    issuer.answers.set(DISCOVERY, () => {});
    await gate.clock.advance(1000);
    const waiting = show();
    await until(() => issuer.asked.length === 2);
    await gate.clock.advance(5000);
    expect(await waiting).toEqual(unavailable);
    expect(gate.warnings.map((line) => /, but \S+ (.*?)\. Its/.exec(line)?.[1])).toEqual([
      "could not be reached",
      "did not answer within 5000 ms",
    ]);
  });

  it("whose clock differs is told of", async () => {
    issuer.answers.set(DISCOVERY, (response) => {
      response.setHeader("date", "Fri, 02 Jan 2026 03:02:05 GMT");
      response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` }));
    });
    await show();
    expect(gate.warnings).toEqual([
      `access.yml:1: The clock of this machine is 120 s ahead of the issuer ${issuer.url}: expected at most 60 s. Good tokens may be refused.`,
    ]);
  });
});

describe("a file that is read again", () => {
  it("counts for a token that is verified meanwhile: what the old one gave is not known afterwards", async () => {
    let answer = () => {};
    issuer.answers.set("/jwks", (response) => {
      answer = () => void issuer.publicJwk().then((key) => response.end(JSON.stringify({ keys: [key] })));
    });
    const token = `Bearer ${await sign()}`;
    const slow = gate.show(token);
    await until(() => issuer.asked.length === 2);
    const viewers = { viewers: { may: ["runs"], sources: [{}] } };
    gate.reload(accessFile({ oidc: [{ issuer: issuer.url, audience: "other" }], roles: viewers }));
    answer();
    await slow;
    expect(await gate.show(token)).toMatchObject({ kind: "forbidden" });
  });

  it("keeps the keys of issuers that stay and forgets the others", async () => {
    await show();
    const entry = { issuer: issuer.url, audience: "other" };
    gate.reload(accessFile({ oidc: [entry], roles: everything }));
    expect(await show()).toEqual(good);
    expect(issuer.asked).toEqual(READ);
    const proxy = { from: ["10.0.0.0/8"], userHeader: "x-user" };
    gate.reload(accessFile({ proxy, roles: everything }));
    expect(await show()).toEqual({
      kind: "unauthenticated",
      reason: "the token's issuer is none of the access file's",
    });
  });
});
