import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { useBuilt } from "../support/built.ts";
import { CANARIES, LEAK } from "./rig.ts";

const fixture = (name: string) => new URL(`../wire/fixtures/${name}`, import.meta.url);
const QUERY = "{ invocations { nodes { invokeId } } }";

let requests = 0;
const upstream = createServer(
  { key: readFileSync(fixture("other-name.key.pem")), cert: readFileSync(fixture("other-name.cert.pem")) },
  (_request, response) => {
    requests += 1;
    response.end("{}");
  },
);
beforeAll(() => new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => upstream.close(resolve)));
useBuilt();

/** A gateway in a process of its own, since certificates are trusted by the whole process. */
async function startGateway(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ["dist/main.js"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      ECS_REGIONS: "cn-hangzhou",
      ECS_ENDPOINT: `https://localhost:${(upstream.address() as AddressInfo).port}`,
      ALIBABA_CLOUD_ACCESS_KEY_ID: CANARIES.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: CANARIES.accessKeySecret,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  child.stderr.on("data", (chunk) => lines.push(String(chunk)));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("close", () => reject(new Error(lines.join("\n"))));
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      const { msg, url: ready } = JSON.parse(line) as { msg: string; url: string };
      if (msg === "ready") resolve(ready);
    });
  });
  return { child, url, lines };
}

async function stop(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await closed;
}

describe("an endpoint with a certificate", () => {
  it.each([
    [
      "of another name",
      { NODE_EXTRA_CA_CERTS: fileURLToPath(fixture("other-name.cert.pem")) },
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
    ["that nobody vouches for", {}, "DEPTH_ZERO_SELF_SIGNED_CERT"],
  ])("%s gets no request, and is tried once", async (_name, environment, reason) => {
    const { child, url, lines } = await startGateway(environment);
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: QUERY }) });
    const text = await response.text();
    await stop(child);
    const message = `ECS cn-hangzhou DescribeInvocations of account default: it could not be reached (${reason})`;
    expect(JSON.parse(text)).toEqual({
      data: { invocations: null },
      errors: [
        {
          message,
          locations: [{ line: 1, column: 3 }],
          path: ["invocations"],
          extensions: {
            code: "UPSTREAM_UNREACHABLE",
            provider: "ECS",
            account: "default",
            regionId: "cn-hangzhou",
            upstreamCode: null,
            requestId: null,
            retryable: false,
          },
        },
      ],
      extensions: { cost: { calls: 1, cached: 0, budget: 200 } },
    });
    expect([requests, [text, ...lines].filter((line) => LEAK.test(line))]).toEqual([0, []]);
  });
});
