import type { PageRequest } from "#upstreams";
import { createGroupMarks, groupsIn, groupsOf } from "./group-marks.ts";
import { createListReader } from "./list-reader.ts";
import { createLocator } from "./locator.ts";
import { createRunBuffer } from "./run-buffer.ts";
import { compareKeys, NEWEST, type RunKey } from "./run-key.ts";
import type { StrayReading } from "./strays.ts";
import type { Stream, StreamOptions } from "./stream-contract.ts";
import { boundOf, firstNeed, hintedIndex, isAhead, isBelow, isUniform, judgeWindow } from "./stream-need.ts";
import { readTieGroup } from "./tie-group.ts";
import { createTimeless } from "./timeless.ts";
import { chooseWindow, pageName, windowYield } from "./window-choice.ts";
import { inListOrder, reachOf, type Slot, tailOf, type WindowView } from "./window-view.ts";

/** Windows read for one step, at most: a list that is not found by then does not hold still. */
const ATTEMPTS_MAX = 40;
/** How often a window may be found to begin too late before others are read on from: once or twice, its page began off its place. */
const CIRCLES_MAX = 3;

/** Opens a list for reading; reads nothing yet. */
export function createStream(options: StreamOptions): Stream {
  const { direction, query, start } = options;
  const marks = createGroupMarks();
  const limit = (direction > 0 ? query.createdAfter : query.createdBefore) ?? null;
  const locator = createLocator({ direction, pageSizeMax: options.pageSizeMax, index: hintedIndex(start, direction) });
  const list = createListReader({
    direction,
    pageSizeMax: options.pageSizeMax,
    totalHint: start.hint?.total ?? null,
    read: options.read,
    onDrift: (drift) => locator.shift(drift),
  });
  const buffer = createRunBuffer(options);
  let need = firstNeed(start, direction);
  const timeless = createTimeless(options, need);
  let isFirst = true;
  let isDone = false;
  let hasReachedEnd = false;
  let firstView: WindowView | null = null;
  let lastView: WindowView | null = null;
  // What the last window shows of the group that it cuts through.
  let pending: readonly Slot[] = [];
  async function readView(page: PageRequest): Promise<WindowView> {
    const view = await list.read(page);
    timeless.note(view);
    return view;
  }

  const isWantedTime = (time: string): boolean => isAhead(time, need, direction);

  /** Takes over every group that the window holds whole; false where it holds none. */
  function absorb(view: WindowView): boolean {
    noteGroups(view);
    const isTailWhole = timeless.isTailDue && (view.slots.length > 0 || view.touchesEnd);
    if (isTailWhole) finishTail(tailOf(view));
    const wanted = view.slots.filter(({ key }) => isWantedTime(key.time));
    const far = wanted.at(-1)?.key.time;
    if (view.touchesEnd) {
      buffer.keep(wanted);
      if (direction > 0) timeless.noteEnd(view);
      hasReachedEnd = true;
      pending = [];
      return true;
    }
    lastView = view;
    const whole = wanted.filter(({ key }) => key.time !== far);
    const before = view.slots.at(-1 - (wanted.length - whole.length));
    pending = wanted.filter(({ key }) => key.time === far);
    locator.settle(before === undefined ? (direction > 0 ? view.low : view.high) : before.index + direction);
    if (whole.length > 0) {
      buffer.keep(whole);
      need = { time: far ?? "", isPast: false };
    }
    if (limit !== null && far !== undefined && isOutside(far)) hasReachedEnd = true;
    return whole.length > 0 || hasReachedEnd || (isTailWhole && tailOf(view).length > 0);
  }

  function finishTail(slots: readonly Slot[]): void {
    buffer.keep(slots);
    timeless.finishTail();
    need = { time: "", isPast: true };
  }

  function isOutside(time: string): boolean {
    return limit !== null && (direction > 0 ? time < limit : time >= limit);
  }

  function noteGroups(view: WindowView): void {
    const isListEnd = direction > 0 ? view.touchesEnd : view.touchesStart;
    const groups = groupsIn({
      slots: inListOrder(view, direction),
      tail: isListEnd ? tailOf(view) : [],
      isHead: view.low === 0,
      listEnd: isListEnd ? view.high + 1 : null,
    });
    marks.note(groups, view.total);
  }

  async function absorbTies(time: string | null, view: WindowView): Promise<void> {
    const { pageSizeMax } = list;
    const { inTurn } = options;
    const isWanted = isWantedTime;
    const group = await readTieGroup({ direction, time, isWanted, view, pageSizeMax, read: readView, inTurn });
    if (group === null) throw options.unreadable();
    const isKept = group.time !== null && group.unreadable === 0;
    marks.note(groupsOf(group, isKept ? options.groups.keep(group.time ?? "", group) : undefined), group.total);
    pending = [];
    if (time === "") finishTail(group.timeless);
    else {
      buffer.keep(group.slots);
      timeless.noteGroup(group);
      if (group.time !== null) need = { time: group.time, isPast: true };
    }
    if (group.isLast) {
      hasReachedEnd = true;
      return;
    }
    const isSeen = judgeWindow(group.view, need, direction) === "inside";
    if (isSeen) absorb(group.view);
    const told = isSeen ? group.view.total : group.total;
    const total = list.total();
    const drift = typeof told === "number" && typeof total === "number" ? total - told : 0;
    const index = isSeen ? locator.index : direction > 0 ? group.end : group.low - 1;
    locator.settle(Math.max(0, index + drift));
  }

  async function advance(): Promise<void> {
    const isRecalled = isFirst && recall();
    isFirst = false;
    if (!hasReachedEnd && !isRecalled) await readOn();
    buffer.keep(await timeless.first(strayReading(), hasReachedEnd));
    if (hasReachedEnd && timeless.isLastDue) {
      need = { time: direction > 0 ? "" : NEWEST, isPast: false };
      // They are read only once all others are gone.
      buffer.keep((await timeless.last(strayReading(), buffer.length === 0)) ?? []);
    }
    isDone = hasReachedEnd && !timeless.isLastDue;
  }

  /**
   * Goes on inside of the group that the page before has read; false where nothing comes of that. Where runs without a time stand among
   * the others, whoever passes over a group may miss one that has changed places with its last record.
   */
  function recall(): boolean {
    const { place, hint } = start;
    if (hint?.tag === undefined || need === null || need.isPast || need.time !== place?.time) return false;
    const group = options.hasStrays() ? undefined : options.groups.find(need.time, hint.tag);
    if (group === undefined) return false;
    const { low, end, total } = group;
    marks.note(groupsOf(group, hint.tag), total);
    buffer.keep(group.slots);
    timeless.noteGroup(group);
    need = { time: need.time, isPast: true };
    const drift = total === null || hint.total === null ? 0 : hint.total - total;
    locator.settle(Math.max(0, (direction > 0 ? end : low - 1) + drift));
    return buffer.length > 0;
  }

  async function readOn(): Promise<void> {
    if (lastView !== null && isTooLarge(pending)) return absorbTies(pending[0]?.key.time ?? null, lastView);
    const beyond = new Map<string, number>();
    const isInCircles = (page: PageRequest): boolean => (beyond.get(pageName(page)) ?? 0) >= CIRCLES_MAX;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const index = locator.index;
      const page = choosePage(index, list.totalHint());
      const view = await readView(page);
      const verdict = judgeWindow(view, need, direction);
      if (verdict === "beyond") {
        locator.sawBeyond(view);
        beyond.set(pageName(page), (beyond.get(pageName(page)) ?? 0) + 1);
      } else if (verdict === "short") {
        const reach = reachOf(view, direction);
        locator.sawShort(view, reach);
        const next = choosePage(locator.index, view.total);
        // Nothing but runs without a time as far as a window reaches, or windows that contradict each other: reading on finds what follows.
        const isBlocked = reach !== (direction > 0 ? view.high : view.low) && pageName(next) === pageName(page);
        if (isBlocked || isInCircles(next)) return absorbTies(null, view);
      } else if (view.slots.length + view.timeless.length === 0) {
        hasReachedEnd = true;
        return;
      } else {
        firstView = need === null ? view : null;
        if (absorb(view)) return;
        // Only where it was found where it was looked for: a page may begin off its place, and shows less of a group then.
        const isWhereExpected = locator.index === index && isBestChoice(page, index);
        const isInVain = isTooLarge(pending) || isInCircles(choosePage(locator.index, view.total));
        if (isWhereExpected || (!timeless.isTailDue && isInVain)) {
          return absorbTies(timeless.isTailDue ? "" : (pending[0]?.key.time ?? null), view);
        }
      }
    }
    throw options.unreadable();
  }

  const strayReading = (): StrayReading => ({
    direction,
    pageSizeMax: list.pageSizeMax,
    total: list.total() ?? null,
    read: readView,
    search: options.search,
  });

  const choosePage = (index: number, total: number | null): PageRequest =>
    chooseWindow({ direction, index, pageSizeMax: list.pageSizeMax(), total });

  /** True for a group of which a window shows so much that another one will hardly hold it whole. */
  function isTooLarge(group: readonly Slot[]): boolean {
    const { index } = locator;
    return 2 * group.length > windowYield(choosePage(index, list.total() ?? null), index, direction);
  }

  function isBestChoice(page: PageRequest, index: number): boolean {
    const best = choosePage(index, list.total() ?? null);
    return windowYield(best, index, direction) <= windowYield(page, index, direction);
  }

  function bound(): RunKey | null {
    return buffer.head()?.key ?? (isDone ? null : boundOf(need, start.place, direction));
  }

  function lastOfFirstWindow(): readonly Slot[] {
    if (firstView === null || isDone || buffer.length > 0 || start.place !== null || direction < 0) return [];
    return isUniform(firstView) ? pending.filter(buffer.isWanted).sort((a, b) => compareKeys(a.key, b.key)) : [];
  }

  function hasMore(): boolean | null {
    if (buffer.length > 0) return true;
    if (isDone) return false;
    if (pending.some(buffer.isWanted)) return true;
    const isFollowed = firstView !== null && options.isExact && limit === null && direction > 0;
    return isFollowed ? isBelow(firstView?.high ?? 0, list.total()) : null;
  }

  return {
    name: options.name,
    source: options.source,
    start,
    head: buffer.head,
    bound,
    pop: buffer.pop,
    advance,
    lastOfFirstWindow,
    takeProvisionally: buffer.takeProvisionally,
    provisional: buffer.provisional,
    hasMore,
    hintBehind: (place) => marks.hintBehind(place),
    total: () => list.total(),
    strays: timeless.map,
  };
}
