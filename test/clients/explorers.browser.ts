import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { startGateway, type TestGateway } from "../support/gateway.ts";
import { closeBrowser, openBrowser, type TestBrowser } from "./browser.ts";
import { world } from "./world.ts";

describe("in a browser", () => {
  let gateway: TestGateway;
  let browser: TestBrowser;
  beforeAll(async () => {
    gateway = await startGateway({ world, settings: { EXPLORER: "sandbox" } });
    browser = await openBrowser(new URL(gateway.url).origin);
  });
  afterAll(async () => {
    await browser.close();
    await closeBrowser();
    await gateway.stop();
  });

  it("GraphiQL runs an example by a click, and asks no other host", async () => {
    const { page, foreign } = browser;
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
    await page.goto(new URL("/explorer", gateway.url).href);
    const tabs = page.getByRole("tab");
    await tabs.first().waitFor();
    const names = (await tabs.allInnerTexts()).map((text) => text.split(/\s/)[0]);
    expect(names.slice(0, 3)).toEqual(["recentRuns", "failedRuns", "statistics"]);
    await page.getByRole("button", { name: /execute query/i }).click();
    await page.locator(".graphiql-editor-tool", { hasText: '"first": 20' }).waitFor();
    await page.locator(".result-window", { hasText: '"t-00"' }).waitFor();
    await page.screenshot({ path: join(tmpdir(), "cloud-assistant-gateway-graphiql.png") });
    expect([foreign, problems]).toEqual([[], []]);
  });

  it("Sandbox is told the first example and not to poll; without Apollo's script the page says where to go", async () => {
    const { page, foreign } = browser;
    await page.goto(gateway.url);
    await page.getByText("Apollo Sandbox is loaded from Apollo's servers.").waitFor();
    await page.screenshot({ path: join(tmpdir(), "cloud-assistant-gateway-sandbox.png") });
    const script = await page.locator("script").last().textContent();
    expect(script).toContain('"document":"# The newest runs of every source');
    expect(script).toContain('"variables":{"first":20},"pollForSchemaUpdates":false');
    expect(foreign.map((address) => new URL(address).host)).toEqual(["embeddable-sandbox.cdn.apollographql.com"]);
    await page.getByRole("link", { name: "/explorer" }).click();
    await page.getByRole("tab").first().waitFor();
  });
});
