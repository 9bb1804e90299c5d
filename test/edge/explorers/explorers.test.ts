import { createHook } from "node:async_hooks";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";

import { builtPage } from "../../page/page-server.ts";
import { startGateway, type TestGateway } from "../gateway.ts";

// What Chromium sends when somebody types an address.
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

let gateway: TestGateway;
afterEach(() => gateway.stop());

const browse = async (path: string) => {
  const response = await fetch(new URL(path, gateway.url), { headers: { accept: BROWSER } });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("a browser at /graphql", () => {
  it("gets Apollo Sandbox with the first example, and the headers that protect the page", async () => {
    gateway = await startGateway({
      examples: [{ document: "query A { hello } # </script>", variables: { first: 20 } }],
    });
    const { status, headers, text } = await browse("/graphql");
    expect({ status, type: headers.get("content-type"), framing: headers.get("x-frame-options") }).toEqual({
      status: 200,
      type: "text/html; charset=utf-8",
      framing: "DENY",
    });
    expect(text).toContain(
      'src="https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js"',
    );
    expect(text).toContain(
      '"document":"query A { hello } # \\u003c/script\\u003e","variables":{"first":20},"pollForSchemaUpdates":false',
    );
    const nonce = /script-src 'nonce-([^']+)'/.exec(headers.get("content-security-policy") ?? "")?.[1];
    expect([...text.matchAll(/<(?:script|style) nonce="([^"]+)"/g)].map((match) => match[1])).toEqual([
      nonce,
      nonce,
      nonce,
    ]);
    expect((await browse("/graphql")).text).not.toContain(nonce);
  });

  it("gets the Laboratory if that was chosen", async () => {
    gateway = await startGateway({ explorer: "offline" });
    expect((await browse("/graphql")).text).toContain('<script type="module" src="/explorer/start.js">');
  });

  it("gets a plain 404 where there is no explorer, at /explorer too", async () => {
    gateway = await startGateway({ explorer: "none" });
    expect(await browse("/graphql")).toMatchObject({
      status: 404,
      text: "There is no explorer here. Send GraphQL requests with POST.\n",
    });
    expect((await browse("/explorer")).status).toBe(404);
  });

  it("does not get in the way of programs", async () => {
    gateway = await startGateway();
    const response = await fetch(`${gateway.url}?query={hello}`, {
      headers: { accept: "application/json, text/html;q=0.5", "apollo-require-preflight": "1" },
    });
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });
});

describe("/explorer", () => {
  it("needs no other host: every address in it is its own, and the policy allows no other", async () => {
    gateway = await startGateway({ explorerFolder: join(await builtPage(), "explorer") });
    const { text, headers } = await browse("/explorer");
    const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(addresses).toEqual(["data:,", "/explorer/hive-laboratory.umd.js", "/explorer/start.js"]);
    expect(headers.get("content-security-policy")).not.toMatch(/https?:/);
    const workers = ["editor", "graphql", "json"].map((name) => `/explorer/${name}.worker.bundle.js`);
    for (const address of [...addresses.slice(1), ...workers]) {
      const asset = await browse(address);
      expect([asset.status, asset.headers.get("content-type"), asset.text.length > 100]).toEqual([
        200,
        "text/javascript; charset=utf-8",
        true,
      ]);
    }
  });

  it("sends its files as they were compressed, and plain to who takes no gzip", async () => {
    gateway = await startGateway({ explorerFolder: join(await builtPage(), "explorer") });
    const read = async (encoding: string) => {
      const headers = { "accept-encoding": encoding };
      const response = await fetch(new URL("/explorer/json.worker.bundle.js", gateway.url), { headers });
      return [response.headers.get("content-encoding"), response.headers.get("vary"), (await response.text()).length];
    };
    const [compressed, plain] = [await read("gzip, br"), await read("identity")];
    expect(compressed).toEqual(["gzip", "Accept-Encoding", plain[2]]);
    expect(plain).toEqual([null, "Accept-Encoding", expect.any(Number)]);
  });

  it("makes a plain file once, however many ask for it", async () => {
    gateway = await startGateway({ explorerFolder: join(await builtPage(), "explorer") });
    let made = 0;
    const counting = createHook({ init: (_id, type) => (made += Number(type === "ZLIB")) }).enable();
    const ask = async () => {
      const headers = { "accept-encoding": "identity" };
      const response = await fetch(new URL("/explorer/json.worker.bundle.js", gateway.url), { headers });
      return (await response.arrayBuffer()).byteLength;
    };
    const lengths = await Promise.all(Array.from({ length: 5 }, ask));
    lengths.push(await ask());
    counting.disable();
    expect([made, new Set(lengths).size]).toEqual([1, 1]);
  });

  it("offers the examples as a collection, with what stands in them for values of the newest run", async () => {
    gateway = await startGateway({
      examples: [{ document: "query A { hello }" }, { document: "query B { hello }", variables: { id: "an id" } }],
      placeholders: { "an id": "nodes.0.id" },
    });
    const { text } = await browse("/explorer/start.js");
    expect(text.split("\n").slice(0, 2)).toEqual([
      'const examples = [{"document":"query A { hello }"},{"document":"query B { hello }","variables":{"id":"an id"}}];',
      'const placeholders = {"an id":"nodes.0.id"};',
    ]);
  });

  it.each([
    "/explorer/../package.json",
    "/explorer/..%2fpackage.json",
    "/explorer/constructor",
    "/explorer/json.worker.bundle.js.gz",
  ])("serves nothing else, as %s", async (path) => {
    gateway = await startGateway();
    expect((await browse(path)).status).toBe(404);
  });
});
