import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { environmentProxies } from "#wire";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, KEYS, OK, REQUEST } from "./rig.ts";

/** A proxy that tunnels to the host that it is asked for, or refuses. */
interface Proxy {
  readonly port: number;
  readonly asked: { readonly target: string; readonly authorization: string | null }[];
  refuseWith: number | null;
}

let server: Server;
let proxy: Proxy;
const sockets = new Set<Socket>();
const environment = { ...process.env };

beforeEach(async () => {
  const asked: Proxy["asked"] = [];
  server = createServer((_request, response) => response.writeHead(500).end());
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    asked.push({ target: request.url ?? "", authorization: request.headers["proxy-authorization"] ?? null });
    if (proxy.refuseWith !== null) {
      client.end(`HTTP/1.1 ${proxy.refuseWith} No\r\n\r\n`);
      return;
    }
    const [host, port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => socket.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy = { port: (server.address() as AddressInfo).port, asked, refuseWith: null };
});

afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];
  Object.assign(process.env, environment);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

const start = (options: Parameters<typeof createRig>[1] = {}) =>
  createRig(() => OK, { proxyFor: environmentProxies, retry: { maxAttempts: 1 }, ...options });

describe("calls upstream through a proxy", () => {
  it.each(["HTTP_PROXY", "http_proxy"])("keep one connection for many calls: %s", async (name) => {
    process.env[name] = `http://127.0.0.1:${proxy.port}`;
    const { wire, upstream } = await start();
    for (let call = 0; call < 3; call += 1) await wire.call(REQUEST, createOperation());
    const target = new URL(upstream.url).host;
    expect([proxy.asked, upstream.received.length, upstream.connections()]).toEqual([
      [{ target, authorization: null }],
      3,
      1,
    ]);
  });

  it("give the proxy, and nobody else, its user name and password", async () => {
    process.env.HTTP_PROXY = `http://canary-user:canary%40pass@127.0.0.1:${proxy.port}`;
    const { wire, upstream, attempts, notices } = await start();
    await wire.call(REQUEST, createOperation());
    const authorization = `Basic ${Buffer.from("canary-user:canary@pass").toString("base64")}`;
    expect(proxy.asked).toEqual([{ target: new URL(upstream.url).host, authorization }]);
    expect(JSON.stringify([upstream.received, attempts, notices])).not.toMatch(/canary-user|canary@pass|proxy-auth/i);
  });

  it.each([
    ["no proxy for this host", { NO_PROXY: "example.com,127.0.0.1" }],
    ["no proxy for this host, in lower case", { no_proxy: "127.0.0.1" }],
    ["no proxy at all", { NO_PROXY: "*" }],
  ])("go directly: %s", async (_name, settings) => {
    Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` }, settings);
    const { wire, upstream } = await start();
    await wire.call(REQUEST, createOperation());
    expect([proxy.asked, upstream.received.length]).toEqual([[], 1]);
  });

  it.each([
    [407, "the proxy refused the connection (407)", false],
    [502, "the proxy refused the connection (502)", true],
  ])("say what the proxy said: %d", async (status, says, retryable) => {
    proxy.refuseWith = status;
    process.env.HTTP_PROXY = `http://canary-user:canary-pass@127.0.0.1:${proxy.port}`;
    const { wire, upstream } = await start();
    const failure = await failureOf(wire.call(REQUEST, createOperation()));
    expect([failure, upstream.received]).toMatchObject([
      { code: "UNREACHABLE", retryable, message: `ECS cn-hangzhou DescribeInvocations of account default: ${says}` },
      [],
    ]);
    expect(JSON.stringify(failure)).not.toContain("canary");
  });

  it("say that the proxy is not there", async () => {
    process.env.HTTP_PROXY = "http://127.0.0.1:1";
    const { wire } = await start();
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNREACHABLE",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: it could not be reached through the proxy (ECONNREFUSED)",
    });
  });

  it("hold for a credential source too, but never for the metadata service of an instance", async () => {
    process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
    const keys = { AccessKeyId: KEYS.accessKeyId, AccessKeySecret: KEYS.accessKeySecret, SecurityToken: "uri-token" };
    const source = createServer((_request, response) =>
      response.end(JSON.stringify({ ...keys, Expiration: "2099-01-01T00:00:00Z" })),
    );
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(source.address() as AddressInfo).port}`;
    const { wire, upstream } = await start({
      accounts: new Map([["default", { type: "uri" as const, uri: `http://${host}/keys` }]]),
    });
    await wire.call(REQUEST, createOperation());
    await new Promise((resolve) => {
      source.close(resolve);
      source.closeAllConnections();
    });
    expect(proxy.asked.map(({ target }) => target)).toEqual([host, new URL(upstream.url).host]);
    expect(environmentProxies("http://100.100.100.200/latest/meta-data/")).toBeNull();
  });
});
