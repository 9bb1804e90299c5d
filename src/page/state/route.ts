/** What the page shows, as its address says. */
export type Route =
  | { readonly view: "runs" }
  | { readonly view: "run"; readonly runId: string; readonly tab: RunTab }
  | { readonly view: "output"; readonly runId: string; readonly serverId: string; readonly line: number | null }
  | { readonly view: "nowhere" };

/** The parts of a run's view. */
export type RunTab = "servers" | "outputs" | "earlier";

const TABS: readonly RunTab[] = ["servers", "outputs", "earlier"];

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
  return TABS.find((tab) => tab === asked) ?? "servers";
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
