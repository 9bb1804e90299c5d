import { readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createPage } from "../../src/edge/page.ts";
import { builtPage } from "../page/page-server.ts";

interface Site {
  /** HTML by path. */
  readonly pages: ReadonlyMap<string, string>;
  readonly links: readonly { readonly from: string; readonly to: string }[];
  readonly missing: readonly string[];
}

/** Goes wherever links of the site lead to, as a reader would. */
async function walk(origin: string): Promise<Site> {
  const pages = new Map<string, string>();
  const links: { from: string; to: string }[] = [];
  const missing: string[] = [];
  const waiting = ["/docs"];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (pages.has(path)) continue;
    const response = await fetch(origin + path);
    if (!response.ok) missing.push(path);
    const html = await response.text();
    pages.set(path, html);
    const found = [...html.matchAll(/(?:href|src)="([/#][^"]*)"/g)].map(([, to = ""]) => to);
    for (const to of found) links.push({ from: path, to: to.startsWith("#") ? path + to : to });
    waiting.push(...found.map((to) => to.split("#")[0] ?? "").filter((to) => to.startsWith("/docs")));
  }
  return { pages, links, missing };
}

describe("the docs as a site", () => {
  let server: Server;
  let origin: string;
  let site: Site;
  beforeAll(async () => {
    const page = createPage({ folder: await builtPage() }, () => []);
    server = createServer(async (request, response) => {
      if (!(await page(request.url ?? "", request, response))) response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    site = await walk(origin);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("leads somewhere with every link and every anchor", () => {
    const astray = site.links.filter(({ to }) => {
      const [path = "", anchor] = to.split("#");
      return anchor !== undefined && site.pages.get(path)?.includes(` id="${anchor}"`) !== true;
    });
    expect({ missing: site.missing, astray }).toEqual({ missing: [], astray: [] });
  });

  it("holds every page of docs, and its contents name each", () => {
    const files = readdirSync("docs", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
    const wanted = files.map((file) => (file === "README.md" ? "/docs" : `/docs/${file.slice(0, -3)}`)).sort();
    const contents = /<nav.*?<\/nav>/s.exec(site.pages.get("/docs") ?? "")?.[0] ?? "";
    const named = new Set([...contents.matchAll(/href="([^"]*)"/g)].map(([, to]) => to));
    expect(wanted.filter((path) => !named.has(path))).toEqual([]);
  });

  it("shows the HTML of its sources and runs nothing", async () => {
    const html = [...site.pages].filter(([path]) => !/\.(css|png)$/.test(path)).map(([, text]) => text);
    expect(html.filter((text) => /<script|<style|<!--| style=| on\w+=/.test(text))).toEqual([]);
    const { headers } = await fetch(`${origin}/docs/deploy`);
    expect(headers.get("content-security-policy")).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self';",
    );
  });

  it("is no page at an address that it lacks", async () => {
    const asked = ["/docs/nothing", "/docs/index", "/docs/deploy.html", "/docs/%2e%2e/index.html"];
    const answers = await Promise.all(asked.map((path) => fetch(origin + path)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});
