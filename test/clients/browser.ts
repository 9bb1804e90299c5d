import { existsSync, readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** An empty page, with storage of its own. */
export interface TestBrowser {
  readonly page: Page;
  /** Addresses of other hosts that the page asked for, whether it got them or not. */
  readonly foreign: readonly string[];
  close(): Promise<void>;
}

// The browser of this machine; where there is none, its name on Debian, which the start then says is missing.
function findBrowser(): string {
  const places: unknown = JSON.parse(readFileSync("test/clients/browsers.json", "utf8"));
  const found = Array.isArray(places) ? places.find((place) => existsSync(String(place))) : undefined;
  return found === undefined ? "chromium" : String(found);
}

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let launched: Promise<Browser> | null = null;

/** Opens a page in the headless browser of this test file; requests to other origins than `own` are noted and cut off. */
export async function openBrowser(...own: readonly string[]): Promise<TestBrowser> {
  launched ??= chromium.launch({ executablePath: findBrowser(), headless: true, args: FLAGS });
  const context = await (await launched).newContext({ viewport: { width: 1280, height: 800 } });
  const foreign: string[] = [];
  await context.route(
    (url) => !own.includes(url.origin) && url.protocol.startsWith("http"),
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  return { page: await context.newPage(), foreign, close: () => context.close() };
}

/** Ends the browser; for `afterAll` of each file that opens a page. */
export async function closeBrowser(): Promise<void> {
  const browser = launched;
  launched = null;
  await (await browser)?.close();
}
