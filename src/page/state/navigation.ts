import { useEffect, useState } from "preact/hooks";
import type { Place } from "./route.ts";

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
