import { useEffect, useState } from "preact/hooks";

const CHANGED = "page:place";

/** Goes to an address within the page; `replace` leaves no step behind for the back button. */
export function goTo(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(history.state, "", path);
  else history.pushState({ isOurs: true }, "", path);
  dispatchEvent(new Event(CHANGED));
}

/** Goes one level up: back when the reader came from there, else to its address. */
export function goUp(path: string): void {
  const state: unknown = history.state;
  if (typeof state === "object" && state !== null && "isOurs" in state) history.back();
  else goTo(path);
}

/** Where the page stands, as it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const update = (): void => setPlace(readPlace());
    const names = [CHANGED, "popstate", "hashchange"];
    for (const name of names) addEventListener(name, update);
    return () => {
      for (const name of names) removeEventListener(name, update);
    };
  }, []);
  return place;
}

function readPlace(): Place {
  const { pathname, search, hash } = location;
  return { pathname, search, hash };
}

/** Lets links within the page change its place; those with a modifier, a target or a download go their own way. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  // Links of a drawing have no members like `origin`, so the attribute is read.
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (link === null || link.hasAttribute("target") || link.hasAttribute("download")) return;
  const { origin, pathname, search, hash } = new URL(link.getAttribute("href") ?? "", location.href);
  if (origin !== location.origin || (pathname !== "/" && !pathname.startsWith("/runs"))) return;
  event.preventDefault();
  goTo(`${pathname}${search}${hash}`, { replace: pathname === location.pathname && search === location.search });
}

/** What the page shows, as its address says. */
type Route =
  | { readonly view: "runs" }
  | { readonly view: "run"; readonly runId: string; readonly tab: RunTab }
  | { readonly view: "output"; readonly runId: string; readonly serverId: string; readonly line: number | null }
  | { readonly view: "nowhere" };

/** The parts of a run's view, in their order. */
export const RUN_TABS = ["servers", "outputs", "earlier"] as const;

/** One of {@link RUN_TABS}. */
export type RunTab = (typeof RUN_TABS)[number];

/** An address within the page. */
export interface Place {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

/** Reads `/`, `/runs/<run>` and `/runs/<run>/<instance's part of the run>#L12`. */
export function readRoute({ pathname, search, hash }: Place): Route {
  const parts = pathname.split("/").filter((part) => part !== "");
  if (parts.length === 0 || (parts.length === 1 && parts[0] === "runs")) return { view: "runs" };
  const ids = parts.slice(1).map(decode);
  const [runId, serverId] = ids;
  if (parts[0] !== "runs" || ids.length > 2 || runId == null) return { view: "nowhere" };
  if (ids.length === 1) return { view: "run", runId, tab: readTab(search) };
  return serverId == null ? { view: "nowhere" } : { view: "output", runId, serverId, line: readLine(hash) };
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function readTab(search: string): RunTab {
  const asked = new URLSearchParams(search).get("view");
  return RUN_TABS.find((tab) => tab === asked) ?? "servers";
}

function readLine(hash: string): number | null {
  const match = /^#L(\d{1,9})$/.exec(hash);
  return match === null ? null : Number(match[1]);
}

/** Address of a run, at one of its parts. */
export function runPath(runId: string, tab: RunTab = "servers"): string {
  return `/runs/${encodeURIComponent(runId)}${tab === "servers" ? "" : `?view=${tab}`}`;
}

/** Address of what a run printed on one instance. */
export function outputPath(runId: string, serverId: string): string {
  return `/runs/${encodeURIComponent(runId)}/${encodeURIComponent(serverId)}`;
}
