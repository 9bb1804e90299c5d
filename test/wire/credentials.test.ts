import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Credential, type CredentialSource, noProxies } from "#wire";
import { createCredentialHttp } from "../../src/wire/credential-http.ts";
import { createProvidedCredentials } from "../../src/wire/credential-provider.ts";
import { createAgents } from "../../src/wire/transport/proxies.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, KEYS, OK, REQUEST, SOURCE } from "./rig.ts";
import { errorReply, type Received } from "./upstream-server.ts";

/** Keys that change whenever they are read anew. */
function createRotatingSource(): CredentialSource & { readonly asked: string[] } {
  const asked: string[] = [];
  let present = toKeys(1);
  return {
    asked,
    read: async () => {
      asked.push("read");
      return present;
    },
    renew: async () => {
      asked.push("renew");
      present = toKeys(Number(present.securityToken) + 1);
      return present;
    },
  };
}

function toKeys(number: number): Credential {
  return { accessKeyId: `id-${number}`, accessKeySecret: `secret-${number}`, securityToken: String(number) };
}

const tokensOf = (received: readonly Received[]) => received.map(({ headers }) => headers["x-acs-security-token"]);

describe("keys that are refused", () => {
  it.each(["InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound", "SignatureDoesNotMatch"])(
    "are read anew once: %s",
    async (code) => {
      const source = createRotatingSource();
      const { wire, upstream } = await createRig(
        ({ headers }) => (headers["x-acs-security-token"] === "1" ? errorReply(403, code) : OK),
        { accounts: new Map([["default", source]]) },
      );
      await wire.call(REQUEST, createOperation());
      await wire.call(REQUEST, createOperation());
      expect([tokensOf(upstream.received), source.asked]).toEqual([
        ["1", "2", "2"],
        ["read", "renew"],
      ]);
    },
  );

  it("are read anew once for all calls that met it together", async () => {
    const source = createRotatingSource();
    const { wire, upstream } = await createRig(
      ({ headers }) => (headers["x-acs-security-token"] === "1" ? errorReply(400, "InvalidSecurityToken.Expired") : OK),
      { accounts: new Map([["default", source]]) },
    );
    await Promise.all(Array.from({ length: 5 }, () => wire.call(REQUEST, createOperation())));
    expect([tokensOf(upstream.received).sort(), source.asked]).toEqual([
      ["1", "1", "1", "1", "1", "2", "2", "2", "2", "2"],
      ["read", "renew"],
    ]);
  });

  it("cost one attempt more, and no further one, where the new keys are refused as well", async () => {
    const { wire, upstream } = await createRig(() => errorReply(400, "InvalidSecurityToken.Expired"), {
      accounts: new Map([["default", createRotatingSource()]]),
    });
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNAUTHENTICATED",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: the security token was refused (InvalidSecurityToken.Expired); renew the temporary keys",
    });
    expect(tokensOf(upstream.received)).toEqual(["1", "2"]);
  });

  it("are tried once more where the token is said to have expired, even if they are lasting ones", async () => {
    const { wire, upstream } = await createRig((_, count) =>
      count === 1 ? errorReply(400, "InvalidSecurityToken.Expired") : OK,
    );
    await wire.call(REQUEST, createOperation());
    expect(upstream.received.length).toBe(2);
  });
});

describe("an account without keys", () => {
  const failing: CredentialSource = {
    read: () => Promise.reject(new Error("canary-of-the-chain")),
    renew: () => Promise.reject(new Error("canary-of-the-chain")),
  };

  it("fails without a call, and works once there are some", async () => {
    let keys: Promise<Credential> | null = null;
    const source: CredentialSource = {
      read: () => keys ?? Promise.reject(new Error("canary-of-the-chain")),
      renew: () => Promise.reject(new Error("canary-of-the-chain")),
    };
    const { wire, upstream, clock } = await createRig(() => OK, { accounts: new Map([["default", source]]) });
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({ code: "UNAUTHENTICATED" });
    expect([upstream.received.length, await wire.ready("default")]).toEqual([0, false]);
    keys = Promise.resolve(KEYS);
    await clock.advance(5_000);
    await wire.call(REQUEST, createOperation());
    expect([upstream.received.length, await wire.ready("default")]).toEqual([1, true]);
  });

  it("goes on with the keys it had while their source fails", async () => {
    let isFailing = false;
    const read = () => (isFailing ? Promise.reject(new Error("canary-of-the-chain")) : Promise.resolve(KEYS));
    const { wire, upstream, clock } = await createRig(() => OK, {
      accounts: new Map([["default", { read, renew: read }]]),
    });
    await wire.call(REQUEST, createOperation());
    isFailing = true;
    await clock.advance(60_000);
    await wire.call(REQUEST, createOperation());
    expect(upstream.received.length).toBe(2);
  });

  it("costs no other account anything", async () => {
    const { wire, upstream } = await createRig(() => OK, {
      accounts: new Map([
        ["default", failing],
        ["other", { read: async () => KEYS, renew: async () => KEYS }],
      ]),
    });
    await failureOf(wire.call(REQUEST, createOperation()));
    await wire.call({ ...REQUEST, source: { ...SOURCE, account: "other" } }, createOperation());
    expect(upstream.received.length).toBe(1);
  });

  it("keeps nobody waiting who has left", async () => {
    const never: CredentialSource = { read: () => new Promise(() => {}), renew: () => new Promise(() => {}) };
    const { wire } = await createRig(() => OK, { accounts: new Map([["default", never]]) });
    const client = new AbortController();
    const failure = failureOf(wire.call(REQUEST, createOperation({ signal: client.signal })));
    client.abort();
    expect(await failure).toMatchObject({ code: "TIMEOUT" });
  });
});

const createDefaultCredentials = () =>
  createProvidedCredentials({ type: "default" }, createCredentialHttp(createAgents(noProxies)));

describe("the vendor's default chain", () => {
  let server: Server;
  let served = 0;
  let isServing = true;
  const environment = { ...process.env };

  beforeAll(async () => {
    server = createServer((_request, response) => {
      served += 1;
      const keys = {
        AccessKeyId: `uri-id-${served}`,
        AccessKeySecret: "uri-secret",
        SecurityToken: `uri-token-${served}`,
      };
      response.writeHead(isServing ? 200 : 500);
      response.end(JSON.stringify({ Code: "Success", ...keys, Expiration: "2099-01-01T00:00:00Z" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    for (const name of Object.keys(process.env)) if (name.startsWith("ALIBABA_CLOUD_")) delete process.env[name];
    process.env.HOME = "/nonexistent";
    process.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED = "true";
    process.env.ALIBABA_CLOUD_CLI_PROFILE_DISABLED = "true";
    process.env.ALIBABA_CLOUD_CREDENTIALS_URI = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });

  afterAll(async () => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("gives keys, the same until they are to be renewed, and comes back after it failed", async () => {
    const source = createDefaultCredentials();
    const first = await source.read();
    const again = await source.read();
    const renewed = await source.renew();
    isServing = false;
    await expect(source.renew()).rejects.toThrow();
    isServing = true;
    const recovered = await source.read();
    expect(
      [first, again, renewed, recovered].map(({ accessKeyId, securityToken }) => [accessKeyId, securityToken]),
    ).toEqual([
      ["uri-id-1", "uri-token-1"],
      ["uri-id-1", "uri-token-1"],
      ["uri-id-2", "uri-token-2"],
      ["uri-id-4", "uri-token-4"],
    ]);
  });

  it("takes lasting keys from the environment", async () => {
    process.env.ALIBABA_CLOUD_ACCESS_KEY_ID = "env-id";
    process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET = "env-secret";
    expect(await createDefaultCredentials().read()).toEqual({
      accessKeyId: "env-id",
      accessKeySecret: "env-secret",
      securityToken: null,
    });
  });
});
