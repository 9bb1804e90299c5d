import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type RunOptions, runAt } from "./rig.ts";

/** A gateway and the issuer that it names, in one. */
interface Stage {
  readonly url: string;
  /** Forms that were posted, in order. */
  readonly posted: Readonly<Record<string, string>>[];
}

interface Script {
  readonly issuers?: (origin: string) => unknown;
  readonly discovery?: (origin: string) => object;
  readonly device?: (origin: string) => object;
  /** Answers of the token endpoint, one after the other, the last one without end. */
  readonly tokens?: readonly (readonly [status: number, body: object])[];
}

let homeFolder: string;
let stop = () => {};
beforeEach(() => {
  homeFolder = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => {
  stop();
  rmSync(homeFolder, { recursive: true });
});

const ONE = (origin: string) => ({ issuers: [{ issuer: origin, clientId: "cli", audience: "api" }] });
const DISCOVERY = (origin: string) => ({
  issuer: origin,
  token_endpoint: `${origin}/token`,
  device_authorization_endpoint: `${origin}/device`,
});
const DEVICE = (origin: string) => ({
  device_code: "d-1",
  user_code: "ABCD",
  verification_uri: `${origin}/verify`,
  verification_uri_complete: `${origin}/verify?code=ABCD`,
  expires_in: 60,
});

async function stage({ issuers = ONE, discovery = DISCOVERY, device = DEVICE, tokens = [] }: Script): Promise<Stage> {
  const posted: Readonly<Record<string, string>>[] = [];
  let origin = "";
  let asked = 0;
  const answer = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    if (request.url === "/sign-in") return [200, issuers(origin)];
    if (request.url === "/.well-known/openid-configuration") return [200, discovery(origin)];
    let form = "";
    for await (const chunk of request) form += String(chunk);
    posted.push(Object.fromEntries(new URLSearchParams(form)));
    if (request.url === "/device") return [200, device(origin)];
    asked += 1;
    return tokens[Math.min(asked, tokens.length) - 1] ?? [500, {}];
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stop = () => void server.close().closeAllConnections();
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${origin}/graphql`, posted };
}

async function login(script: Script, words: readonly string[] = [], options: RunOptions = {}) {
  const { url, posted } = await stage(script);
  const slept: number[] = [];
  const whileAsleep: RunOptions["whileAsleep"] = async ({ ms }) => void slept.push(ms);
  const outcome = await runAt(["--url", url, "login", ...words], { homeFolder, whileAsleep, ...options });
  const { origin } = new URL(url);
  return { ...outcome, errors: outcome.errors.replaceAll(origin, "ORIGIN"), posted, slept, origin };
}

const PENDING = [400, { error: "authorization_pending" }] as const;
const GIVEN = [200, { access_token: "a-1", expires_in: 60 }] as const;

describe("cloud-assistant login", () => {
  it("asks by RFC 8628, no faster than the issuer wants", async () => {
    const tokens = [PENDING, [400, { error: "slow_down" }], PENDING, [502, {}], GIVEN] as const;
    const { exitCode, slept, posted } = await login({ tokens });
    const poll = {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: "d-1",
      client_id: "cli",
    };
    expect([exitCode, slept, posted]).toEqual([
      0,
      [5_000, 5_000, 10_000, 10_000, 15_000],
      [{ client_id: "cli", scope: "openid offline_access", audience: "api" }, poll, poll, poll, poll, poll],
    ]);
  });

  it("opens the browser on a terminal, with the code in the address", async () => {
    const { opened, origin, errors } = await login({ tokens: [GIVEN] }, [], { isTerminal: true });
    expect(opened).toEqual([`${origin}/verify?code=ABCD`]);
    expect(errors.split("\n")[0]).toBe("cloud-assistant: open ORIGIN/verify and enter the code ABCD");
  });

  it("asks for what the issuer knows, and for other scopes if they are named", async () => {
    const discovery = (origin: string) => ({ ...DISCOVERY(origin), scopes_supported: ["openid"] });
    const plain = await login({ discovery, tokens: [GIVEN] });
    stop();
    const named = await login({ discovery, tokens: [GIVEN] }, ["--scope", "api://x/.default"]);
    expect([plain.posted[0]?.scope, named.posted[0]?.scope]).toEqual(["openid", "api://x/.default"]);
  });

  it.each([
    [
      "the person refuses",
      { tokens: [[400, { error: "access_denied" }]] },
      2,
      "ORIGIN: the sign-in was refused there.",
    ],
    [
      "the code ends",
      { tokens: [[400, { error: "expired_token" }]] },
      3,
      "Nobody entered the code in time. Begin again by 'cloud-assistant login'.",
    ],
    [
      "nobody comes",
      { tokens: [PENDING] },
      3,
      "Nobody entered the code in time. Begin again by 'cloud-assistant login'.",
    ],
    ["no token comes", { tokens: [[200, {}]] }, 2, "ORIGIN gave no access token."],
    [
      "the gateway names nobody",
      { issuers: () => ({ issuers: [] }) },
      2,
      "The gateway names nobody to sign in at. Use --token if it wants a credential.",
    ],
    [
      "the gateway is older",
      { issuers: () => ({}) },
      2,
      "ORIGIN/sign-in answered 200, but does not say where to sign in: is the gateway older than this command?",
    ],
    [
      "the issuer is another",
      { discovery: () => ({ issuer: "https://evil.example" }) },
      2,
      "ORIGIN does not say where to sign in (200): is it the issuer?",
    ],
    [
      "the issuer is not safe",
      { issuers: () => ONE("http://login.example") },
      2,
      '`issuer`: expected an https address, got "http://login.example".',
    ],
    [
      "the endpoint is not safe",
      { discovery: (origin: string) => ({ ...DISCOVERY(origin), token_endpoint: "http://x.example/t" }) },
      2,
      "ORIGIN: `token_endpoint`: expected an https address, got another.",
    ],
    [
      "there is no device flow",
      { discovery: (origin: string) => ({ issuer: origin, token_endpoint: `${origin}/token` }) },
      2,
      "ORIGIN does not offer the device flow (RFC 8628). Use --token instead.",
    ],
    [
      "the address for the code is not safe",
      { device: (origin: string) => ({ ...DEVICE(origin), verification_uri: "javascript:x" }) },
      2,
      "ORIGIN does not say where its code is to be entered.",
    ],
  ] as readonly (readonly [string, Script, number, string])[])(
    "says so if %s",
    async (_what, script, exitCode, message) => {
      const outcome = await login(script);
      expect([outcome.exitCode, outcome.errors.split("\n").at(-2)]).toEqual([exitCode, `cloud-assistant: ${message}`]);
    },
  );

  it("lets a person choose among several issuers, by name or from a list", async () => {
    const issuers = (origin: string) => ({
      issuers: [{ issuer: "https://other.example", clientId: "x", audience: "x" }, ...ONE(origin).issuers],
    });
    const picked = await login({ issuers, tokens: [GIVEN] }, [], { answers: ["2"] });
    stop();
    const asked = await login({ issuers });
    stop();
    const wrong = await login({ issuers }, ["--issuer", "https://third.example"]);
    expect([picked.exitCode, asked.exitCode, asked.errors, wrong.errors]).toEqual([
      0,
      2,
      "cloud-assistant: https://other.example\ncloud-assistant: ORIGIN\ncloud-assistant: `--issuer`: expected one of these 2, it is missing.\n",
      'cloud-assistant: `--issuer`: expected one of https://other.example, ORIGIN, got "https://third.example".\n',
    ]);
  });
});
