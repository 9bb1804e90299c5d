import { afterEach, describe, expect, it } from "@jest/globals";

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

  it("gets GraphiQL where that was chosen", async () => {
    gateway = await startGateway({ explorer: "offline" });
    expect((await browse("/graphql")).text).toContain('<script src="/explorer/start.js">');
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
    gateway = await startGateway();
    const { text, headers } = await browse("/explorer");
    const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(addresses).toEqual([
      "data:,",
      "/explorer/graphiql.css",
      "/explorer/react.js",
      "/explorer/react-dom.js",
      "/explorer/graphiql.js",
      "/explorer/start.js",
    ]);
    expect(headers.get("content-security-policy")).not.toMatch(/https?:/);
    for (const address of addresses.slice(1)) {
      const asset = await browse(address);
      const type = address.endsWith(".css") ? "text/css" : "text/javascript";
      expect([asset.status, asset.headers.get("content-type"), asset.text.length > 100]).toEqual([
        200,
        `${type}; charset=utf-8`,
        true,
      ]);
    }
    const styles = (await browse("/explorer/graphiql.css")).text;
    expect([...styles.matchAll(/(?:url\(|@import )['"]?(https?:[^)'"]+)/g)]).toEqual([]);
  });

  it("offers the examples as tabs", async () => {
    gateway = await startGateway({
      examples: [{ document: "query A { hello }" }, { document: "query B { hello }", variables: { n: 1 } }],
    });
    expect((await browse("/explorer/start.js")).text).toContain(
      'const tabs = [{"query":"query A { hello }","variables":""},{"query":"query B { hello }","variables":"{\\n  \\"n\\": 1\\n}"}];',
    );
  });

  it.each([
    "/explorer/../package.json",
    "/explorer/..%2fpackage.json",
    "/explorer/constructor",
    "/explorer/graphiql.js/x",
  ])("serves nothing else, as %s", async (path) => {
    gateway = await startGateway();
    expect((await browse(path)).status).toBe(404);
  });
});
