import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";

/** A browser with one empty page. */
export interface TestBrowser {
  readonly page: Page;
  /** Addresses of other hosts that the page asked for, whether it got them or not. */
  readonly foreign: readonly string[];
  close(): Promise<void>;
}

/** The browser of this machine; where there is none, its name on Debian, which the start then says is missing. */
export function findBrowser(): string {
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

/** Opens a headless browser in a folder of its own; requests to other origins than `own` are noted and cut off. */
export async function openBrowser(executablePath: string, ...own: readonly string[]): Promise<TestBrowser> {
  const folder = mkdtempSync(join(tmpdir(), "browser-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    headless: true,
    args: FLAGS,
    viewport: { width: 1280, height: 800 },
  });
  const foreign: string[] = [];
  await context.route(
    (url) => !own.includes(url.origin) && url.protocol.startsWith("http"),
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    foreign,
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
