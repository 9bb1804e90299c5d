import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";

import { createOpenAccess } from "#access";
import { createFakeClock } from "../../support/clock.ts";
import { startGateway, type TestGateway } from "../gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.stop());

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** One request with this `Host`, or with several; an upgrade that is granted answers 101. */
function get(
  path: string,
  host: string | string[],
  headers: Readonly<Record<string, string>> = {},
  url = gateway.url,
): Promise<Got> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    // As a list of names and values, so that a name may be there twice.
    const hosts = [host].flat().flatMap((one) => ["host", one]);
    const call = request({
      host: "127.0.0.1",
      port,
      path,
      headers: [...hosts, ...Object.entries(headers).flat()],
      agent: false,
    });
    call.on("response", async (response) => {
      let text = "";
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
    });
    call.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, text: "", headers: response.headers });
    });
    call.on("error", reject);
    call.end();
  });
}

const preflight = { "apollo-require-preflight": "1", accept: "*/*" };
const upgrade = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-protocol": "graphql-transport-ws",
};
const WAYS: readonly (readonly [string, string, Readonly<Record<string, string>>, number])[] = [
  ["HTTP", "/graphql?query={hello}", preflight, 200],
  ["server-sent events", "/graphql/stream?query={hello}", preflight, 200],
  ["WebSocket", "/graphql", upgrade, 101],
  ["the explorer", "/graphql", { accept: "text/html" }, 200],
  ["the address for signing in", "/sign-in", {}, 200],
];

describe.each(WAYS)("`Host` over %s", (_name, path, headers, served) => {
  it.each([
    "localhost",
    "LOCALHOST:1",
    "127.0.0.1:4000",
    "127.1.2.3",
    "[::1]:4000",
    "gate.example:99",
    "port.example:80",
  ])("is served as %s", async (host) => {
    gateway = await startGateway({ allowedHosts: ["gate.example", "port.example:80"] });
    expect((await get(path, host, headers)).status).toBe(served);
  });

  it.each(["evil.example", "localhost.evil.example", "port.example:81", "127.0.0.1.evil.example", "10.0.0.1"])(
    "is refused as %j",
    async (host) => {
      gateway = await startGateway({ allowedHosts: ["gate.example", "port.example:80"] });
      const { status, text } = await get(path, host, headers);
      expect([status, text.includes("HOST_NOT_ALLOWED"), text.includes("hello")]).toEqual([421, true, false]);
    },
  );

  it("is refused if it is there twice", async () => {
    gateway = await startGateway();
    const { status, text } = await get(path, ["localhost", "localhost"], headers);
    expect([status, text.includes("BAD_REQUEST"), text.includes("hello")]).toEqual([400, true, false]);
  });
});

describe("probes and metrics", () => {
  it("are served for any `Host`", async () => {
    gateway = await startGateway();
    const statuses = await Promise.all(
      ["/livez", "/readyz", "/metrics"].map(async (path) => (await get(path, "evil.example")).status),
    );
    expect(statuses).toEqual([200, 200, 200]);
  });

  it("are on a port of their own alone, if there is one", async () => {
    gateway = await startGateway({ adminPort: 0 });
    const { adminPort } = gateway.log.find(({ msg }) => msg === "ready") as { adminPort: number };
    const admin = `http://127.0.0.1:${adminPort}`;
    const paths = ["/livez", "/readyz", "/metrics", "/graphql?query={hello}"];
    const statuses = await Promise.all(
      paths.map(async (path) => [
        (await get(path, "localhost", preflight)).status,
        (await get(path, "x", preflight, admin)).status,
      ]),
    );
    expect(statuses).toEqual([
      [404, 200],
      [404, 200],
      [404, 200],
      [200, 404],
    ]);
  });

  it("say for a while that no more traffic should come, before connections are refused", async () => {
    const clock = createFakeClock();
    gateway = await startGateway({ clock, drainMs: 5_000 });
    const stopped = gateway.stop();
    const during = await get("/readyz", "localhost");
    const answered = await get("/graphql?query={hello}", "localhost", preflight);
    expect([during.status, during.text, answered.status]).toEqual([503, "draining\n", 200]);
    expect(clock.sleeps).toContain(5_000);
    let isStopped = false;
    void stopped.then(() => {
      isStopped = true;
    });
    while (!isStopped) await clock.advance(1_000);
  });
});

describe("a page for people", () => {
  it("is served at its addresses from its folder, and nothing else is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "page-"));
    for (const name of ["assets", "docs"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "index.html"), "<title>Runs</title>");
    writeFileSync(join(folder, "assets", "page.js"), "start()");
    for (const name of ["index", "live"]) writeFileSync(join(folder, "docs", `${name}.html`), `<title>${name}</title>`);
    writeFileSync(join(folder, "secret.txt"), "secret");
    try {
      gateway = await startGateway({ page: { folder } });
      const at = async (path: string) => {
        const { status, text, headers } = await get(path, "localhost", { accept: "text/html" });
        return [status, text.slice(0, 19), headers["content-type"]];
      };
      const html = [200, "<title>Runs</title>", "text/html; charset=utf-8"];
      expect([await at("/"), await at("/runs/abc"), await at("/assets/page.js")]).toEqual([
        html,
        html,
        [200, "start()", "text/javascript; charset=utf-8"],
      ]);
      const docs = (name: string) => [200, `<title>${name}</title>`.slice(0, 19), "text/html; charset=utf-8"];
      expect([await at("/docs"), await at("/docs/"), await at("/docs/live")]).toEqual([
        docs("index"),
        docs("index"),
        docs("live"),
      ]);
      for (const path of [
        "/docs/nothing",
        "/docs/../secret.txt",
        "/assets/../secret.txt",
        "/secret.txt",
        "/assets/",
        "/runsome",
        "/assets/%2e%2e/secret.txt",
      ]) {
        expect([path, (await at(path))[0]]).toEqual([path, 404]);
      }
      const { headers } = await get("/", "localhost", { accept: "text/html" });
      expect(headers["content-security-policy"]).toContain("connect-src 'self';");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has a policy that names the issuers of the moment, each origin once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "page-"));
    for (const name of ["assets", "docs"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "index.html"), "<title>Runs</title>");
    let issuers: readonly string[] = [];
    const signIn = () => issuers.map((issuer) => ({ issuer, clientId: "page", audience: "gateway" }));
    try {
      gateway = await startGateway({ page: { folder }, access: { ...createOpenAccess(createFakeClock()), signIn } });
      const allowed = async () => {
        const { headers } = await get("/", "localhost", { accept: "text/html" });
        return /connect-src ([^;]*);/.exec(String(headers["content-security-policy"]))?.[1];
      };
      expect(await allowed()).toBe("'self'");
      issuers = ["https://a.example/realms/one", "https://a.example/realms/two", "https://b.example:8443"];
      expect(await allowed()).toBe("'self' https://a.example https://b.example:8443");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
