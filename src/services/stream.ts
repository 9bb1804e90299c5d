import type { PageRequest } from "#upstreams";
import { matchesQuery } from "./filter.ts";
import { createGroupMarks } from "./group-marks.ts";
import { createListReader } from "./list-reader.ts";
import { createLocator } from "./locator.ts";
import { compareKeys, type RunKey } from "./run-key.ts";
import { createStrays } from "./strays.ts";
import type { Stream, StreamOptions } from "./stream-contract.ts";
import { boundOf, firstNeed, hintedIndex, isAhead, isAnchored, isBelow, isUniform, listOrder } from "./stream-need.ts";
import { readTieGroup } from "./tie-group.ts";
import { chooseWindow, windowYield } from "./window-choice.ts";
import type { Slot, WindowView } from "./window-view.ts";

/** Windows read for one step, at most: a list that is not found by then does not hold still. */
const ATTEMPTS_MAX = 40;
/** Opens a list for reading; reads nothing yet. */
export function createStream(options: StreamOptions): Stream {
  const { direction, query, start } = options;
  const marks = createGroupMarks();
  const taken = new Set(start.taken);
  const limit = (direction > 0 ? query.createdAfter : query.createdBefore) ?? null;
  const locator = createLocator({ direction, pageSizeMax: options.pageSizeMax, index: hintedIndex(start, direction) });
  const strays = createStrays(start.strays);
  const list = createListReader({
    direction,
    pageSizeMax: options.pageSizeMax,
    totalHint: start.hint?.total ?? null,
    read: options.read,
    onDrift: (drift) => locator.shift(drift),
  });
  let buffer: Slot[] = [];
  let need = firstNeed(start, direction);
  let isDone = false;
  let hasReachedEnd = false;
  let firstView: WindowView | null = null;
  let pending: readonly Slot[] = [];
  let provisional: string[] = [];

  async function readView(page: PageRequest): Promise<WindowView> {
    const view = await list.read(page);
    strays.note(view);
    return view;
  }

  /** Whether the wanted runs begin inside the window, behind it, or possibly in front of it. */
  function judge(view: WindowView): "inside" | "short" | "beyond" {
    const [near] = view.slots;
    if (near === undefined) {
      if (view.low === 0) return "inside";
      return direction > 0 ? "beyond" : "short";
    }
    if (!isAnchored(view, near, need, direction)) return "beyond";
    return view.touchesEnd || view.slots.some((slot) => isAhead(slot.key.time, need, direction)) ? "inside" : "short";
  }

  /** Takes over every group that the window holds whole; false where it holds none. */
  function absorb(view: WindowView): boolean {
    const wanted = view.slots.filter((slot) => isAhead(slot.key.time, need, direction));
    marks.note(listOrder(view.slots, direction), view.total);
    const far = wanted.at(-1)?.key.time;
    if (view.touchesEnd || far === undefined) {
      keep(wanted);
      hasReachedEnd = true;
      pending = [];
      return true;
    }
    const whole = wholeGroups(wanted, far);
    if (limit !== null && isOutside(far)) {
      keep(whole);
      hasReachedEnd = true;
      return true;
    }
    pending = wanted.filter((slot) => !whole.includes(slot));
    locator.settle(pending[0]?.index ?? view.high);
    if (whole.length === 0) return false;
    keep(whole);
    need = { time: pending[0]?.key.time ?? far, isPast: false };
    return true;
  }

  /** Every group but the last one, which the window may cut off. */
  function wholeGroups(wanted: readonly Slot[], far: string): readonly Slot[] {
    const whole = wanted.filter((slot) => slot.key.time !== far);
    const lastTimed = whole.at(-1)?.key.time;
    if (far !== "" || direction < 0 || lastTimed === undefined) return whole;
    // Whether runs without a creation time are the last ones, or stand among the others, only the next window tells.
    return whole.filter((slot) => slot.key.time !== lastTimed);
  }

  function isOutside(time: string): boolean {
    return limit !== null && (direction > 0 ? time < limit : time >= limit);
  }

  function keep(slots: readonly Slot[]): void {
    const known = new Set<string>();
    const fresh = slots.filter((slot) => {
      const isRepeat = known.has(slot.run.invokeId);
      known.add(slot.run.invokeId);
      return !isRepeat && isWanted(slot);
    });
    buffer = [...buffer, ...fresh.sort((a, b) => direction * compareKeys(a.key, b.key))];
  }

  async function absorbTies(time: string, view: WindowView): Promise<void> {
    const group = await readTieGroup({ direction, time, view, pageSizeMax: list.pageSizeMax(), read: readView });
    if (group === null) throw options.unreadable();
    keep(group.slots);
    marks.note(
      group.slots.map((slot, position) => ({ ...slot, index: group.low + position })),
      group.total,
    );
    need = { time, isPast: true };
    pending = [];
    const isSeen = judge(group.view) === "inside";
    if (isSeen) absorb(group.view);
    const told = isSeen ? group.view.total : group.total;
    const total = list.total();
    const drift = typeof told === "number" && typeof total === "number" ? total - told : 0;
    const index = isSeen ? locator.index : direction > 0 ? group.end : group.low - 1;
    locator.settle(Math.max(0, index + drift));
  }

  async function advance(): Promise<void> {
    if (!hasReachedEnd) await readOn();
    if (hasReachedEnd) await readStrays();
    isDone = hasReachedEnd;
  }

  async function readOn(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const index = locator.index;
      const page = chooseWindow({ direction, index, pageSizeMax: list.pageSizeMax(), total: list.totalHint() });
      const view = await readView(page);
      const verdict = judge(view);
      if (verdict === "short") locator.sawShort(view);
      else if (verdict === "beyond") locator.sawBeyond(view);
      else if (view.slots.length === 0) {
        hasReachedEnd = true;
        return;
      } else {
        firstView = need === null ? view : null;
        if (absorb(view)) return;
        // Only where it was found where it was looked for: a page may begin off its place, and shows less of a group then.
        if (locator.index === index && isBestChoice(page, index)) {
          return absorbTies(pending[0]?.key.time ?? "", view);
        }
      }
    }
    throw options.unreadable();
  }

  /** Those without a creation time that stood among the others come last, with those that the list ends with. */
  async function readStrays(): Promise<void> {
    if (direction < 0 || query.createdAfter !== undefined || query.createdBefore !== undefined) return;
    const slots = await strays.gather(readView, list.pageSizeMax(), list.total() ?? null);
    if (slots === null) throw options.unreadable();
    keep(slots.filter(({ run }) => !buffer.some((slot) => slot.run.invokeId === run.invokeId)));
    buffer.sort((a, b) => compareKeys(a.key, b.key));
  }

  function isBestChoice(page: PageRequest, index: number): boolean {
    const best = chooseWindow({ direction, index, pageSizeMax: list.pageSizeMax(), total: list.total() ?? null });
    return windowYield(best, index, direction) <= windowYield(page, index, direction);
  }

  function bound(): RunKey | null {
    const [head] = buffer;
    return head?.key ?? (isDone ? null : boundOf(need, start.place, direction));
  }

  function lastOfFirstWindow(): readonly Slot[] {
    if (firstView === null || isDone || buffer.length > 0 || start.place !== null || direction < 0) return [];
    return isUniform(firstView) ? pending.filter(isWanted).sort((a, b) => compareKeys(a.key, b.key)) : [];
  }

  function isWanted({ key, run }: Slot): boolean {
    if (taken.has(run.invokeId) || !matchesQuery(run, query, options.isExact)) return false;
    return start.place === null || direction * compareKeys(key, start.place) > 0;
  }

  function hasMore(): boolean | null {
    if (buffer.length > 0) return true;
    if (isDone) return false;
    if (pending.some(isWanted)) return true;
    const isFollowed = firstView !== null && options.isExact && limit === null && direction > 0;
    return isFollowed ? isBelow(firstView?.high ?? 0, list.total()) : null;
  }

  return {
    name: options.name,
    source: options.source,
    start,
    head: () => buffer[0] ?? null,
    bound,
    pop: () => {
      buffer = buffer.slice(1);
    },
    advance,
    lastOfFirstWindow,
    takeProvisionally: (slot) => {
      provisional = [...provisional, slot.run.invokeId];
      taken.add(slot.run.invokeId);
    },
    provisional: () => provisional,
    hasMore,
    hintBehind: (place) => marks.hintBehind(place),
    total: () => list.total(),
    strays: () => strays.range(),
  };
}
