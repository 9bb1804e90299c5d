import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { useBuilt } from "../support/built.ts";

const fixture = (name: string) => new URL(`../wire/fixtures/${name}`, import.meta.url);

const actions: unknown[] = [];
const upstream = createSecureServer(
  { key: readFileSync(fixture("other-name.key.pem")), cert: readFileSync(fixture("other-name.cert.pem")) },
  (request, response) => {
    actions.push(request.headers["x-acs-action"]);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ RequestId: "R", TotalCount: 0, Invocations: { Invocation: [] } }));
  },
);

/** Knows the host that no name server knows, and sends all who ask for it to the upstream. */
const tunnels: unknown[] = [];
const sockets = new Set<Socket>();
const proxy = createServer();
proxy.on("connect", (request, client: Socket) => {
  tunnels.push([request.url, request.headers["proxy-authorization"]]);
  const far = connect((upstream.address() as AddressInfo).port, "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    far.pipe(client).pipe(far);
  });
  for (const socket of [client, far]) sockets.add(socket.on("error", () => socket.destroy()));
});

beforeAll(async () => {
  for (const server of [upstream, proxy]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
});
useBuilt();
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of [upstream, proxy]) await new Promise((resolve) => server.close(resolve));
});

it("reaches an https upstream through the proxy of HTTPS_PROXY, checks its certificate, and shows the proxy's password to nobody", async () => {
  const child = spawn(process.execPath, ["dist/main.js"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      LOG_LEVEL: "trace",
      ECS_REGIONS: "cn-hangzhou",
      ECS_ENDPOINT: "https://other.example",
      HTTPS_PROXY: `http://proxy-user:proxy-pass@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: fileURLToPath(fixture("other-name.cert.pem")),
      ALIBABA_CLOUD_ACCESS_KEY_ID: "id",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const url = await new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      const { msg, url: ready } = JSON.parse(line) as { msg: string; url: string };
      if (msg === "ready") resolve(ready);
    });
  });
  const ask = async () => {
    const query = "{ invocations { nodes { id } sources { ok } } }";
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
    return ((await response.json()) as { data: unknown }).data;
  };
  const answer = await ask();
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await closed;
  const authorization = `Basic ${Buffer.from("proxy-user:proxy-pass").toString("base64")}`;
  expect([answer, tunnels[0], actions[0]]).toEqual([
    { invocations: { nodes: [], sources: [{ ok: true }] } },
    ["other.example:443", authorization],
    "DescribeInvocations",
  ]);
  expect(lines.join("\n")).not.toMatch(/proxy-user|proxy-pass/);
});
