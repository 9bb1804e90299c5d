import type { InvocationQuery, Source } from "#domain";
import type { InvocationWindow, PageRequest } from "#upstreams";
import { matchesQuery } from "./filter.ts";
import { createGroupMarks, type StreamHint } from "./group-marks.ts";
import { createLocator } from "./locator.ts";
import { backOf, compareKeys, compareTimes, type Direction, frontOf, type RunKey } from "./run-key.ts";
import { readTieGroup } from "./tie-group.ts";
import { chooseWindow, windowYield } from "./window-choice.ts";
import { listEnd, type Slot, viewWindow, type WindowView } from "./window-view.ts";

/** Where reading of one list begins. */
export interface StreamStart {
  /** Only runs behind this place are wanted; null means from the list's beginning, in the direction of reading. */
  readonly place: RunKey | null;
  readonly hint: StreamHint | null;
  /** Runs of the place's own creation time that were handed out already. */
  readonly taken: readonly string[];
}

/** What a stream reads from, and how. */
export interface StreamOptions {
  /** Names the list in cursors. */
  readonly name: string;
  readonly source: Source;
  readonly direction: Direction;
  readonly start: StreamStart;
  readonly query: InvocationQuery;
  /** True where the upstream applies the whole query by itself. */
  readonly isExact: boolean;
  /** The page size that the upstream honours, as far as is known. */
  readonly pageSizeMax: number;
  /** Reads one page; `isRepeat` says that this stream has read the page before and wants it as it is now. */
  read(page: PageRequest, isRepeat: boolean): Promise<InvocationWindow>;
  /** Makes the error for a list that does not hold still for long enough to be read. */
  unreadable(): Error;
}

/** One list, read run by run in the total order, however its records move between calls. */
export interface Stream {
  readonly name: string;
  readonly source: Source;
  readonly start: StreamStart;
  /** The next run that is known for sure. */
  head(): Slot | null;
  /** No run in front of this place will come any more; null where none will come at all. */
  bound(): RunKey | null;
  /** Takes the head away. */
  pop(): void;
  /** Reads until the bound has moved; rejects with the upstream's error, and may then be called again. */
  advance(): Promise<void>;
  /**
   * The runs that the first window ends with, where nothing speaks for more of their creation time: every other time in the
   * window has just as many.
   */
  lastOfFirstWindow(): readonly Slot[];
  /** Takes that run. */
  takeProvisionally(slot: Slot): void;
  /** Runs taken of a creation time that was not read to its end. */
  provisional(): readonly string[];
  /** True where more runs follow for sure, false where none do, null where only reading on can tell. */
  hasMore(): boolean | null;
  hintBehind(place: RunKey): StreamHint | null;
  /** Length of the list as last told; undefined where it was not read. */
  total(): number | null | undefined;
}

interface Need {
  readonly time: string;
  /** True where runs of this very time are not wanted any more. */
  readonly isPast: boolean;
}

const ATTEMPTS_MAX = 40;
/** So many times with equally many runs each make it likely that the next one has as many. */
const UNIFORM_TIMES_MIN = 5;

/** Opens a list for reading; reads nothing yet. */
export function createStream(options: StreamOptions): Stream {
  const { direction, query, start } = options;
  const marks = createGroupMarks();
  const asked = new Set<string>();
  const taken = new Set(start.taken);
  const limit = (direction > 0 ? query.createdAfter : query.createdBefore) ?? null;
  const locator = createLocator({ direction, pageSizeMax: options.pageSizeMax, index: hintedIndex(start, direction) });
  let pageSizeMax = options.pageSizeMax;
  let buffer: Slot[] = [];
  let need = firstNeed(start, direction);
  let isDone = false;
  let total: number | null | undefined;
  let firstView: WindowView | null = null;
  let pending: readonly Slot[] = [];
  let provisional: string[] = [];

  const along = (a: string, b: string): number => direction * compareTimes(a, b);
  const isAhead = (time: string): boolean => need === null || along(time, need.time) > (need.isPast ? 0 : -1);

  async function readView(page: PageRequest): Promise<WindowView> {
    const window = await readPage(page);
    if (window.pageSize < page.pageSize) pageSizeMax = Math.max(1, window.pageSize);
    let end = listEnd(window);
    if (end === "doubt") {
      const next = await readPage({ pageNumber: page.pageNumber + 1, pageSize: page.pageSize });
      end = next.items.length === 0 ? "reached" : "ahead";
    }
    const known = total ?? start.hint?.total ?? null;
    if (known !== null && window.totalCount !== null) locator.shift(window.totalCount - known);
    total = window.totalCount;
    return viewWindow(window, direction, end === "reached");
  }

  function readPage(page: PageRequest): Promise<InvocationWindow> {
    const text = `${page.pageNumber}/${page.pageSize}`;
    const isRepeat = asked.has(text);
    asked.add(text);
    return options.read(page, isRepeat);
  }

  /** Whether the wanted runs begin inside the window, behind it, or possibly in front of it. */
  function judge(view: WindowView): "inside" | "short" | "beyond" {
    const [near] = view.slots;
    if (near === undefined) {
      if (view.touchesStart && view.touchesEnd) return "inside";
      if (direction > 0) return view.low === 0 ? "inside" : "beyond";
      return view.low === 0 ? "inside" : "short";
    }
    const isAnchored = view.touchesStart || (need !== null && along(near.key.time, need.time) < (need.isPast ? 1 : 0));
    if (!isAnchored) return "beyond";
    return view.touchesEnd || view.slots.some((slot) => isAhead(slot.key.time)) ? "inside" : "short";
  }

  /** Takes over every group that the window holds whole; false where it holds none. */
  function absorb(view: WindowView): boolean {
    const wanted = view.slots.filter((slot) => isAhead(slot.key.time));
    marks.note(listOrder(view.slots, direction), view.total);
    const far = wanted.at(-1)?.key.time;
    if (view.touchesEnd || far === undefined) {
      keep(wanted);
      isDone = true;
      pending = [];
      return true;
    }
    const whole = wanted.filter((slot) => slot.key.time !== far);
    if (limit !== null && isOutside(far)) {
      keep(whole);
      isDone = true;
      return true;
    }
    pending = wanted.slice(whole.length);
    locator.settle(pending[0]?.index ?? view.high);
    if (whole.length === 0) return false;
    keep(whole);
    need = { time: far, isPast: false };
    return true;
  }

  function isOutside(time: string): boolean {
    return limit !== null && (direction > 0 ? time < limit : time !== "" && time >= limit);
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
    const group = await readTieGroup({ direction, time, view, pageSizeMax, read: readView });
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
    const drift = typeof told === "number" && typeof total === "number" ? total - told : 0;
    const index = isSeen ? locator.index : direction > 0 ? group.end : group.low - 1;
    locator.settle(Math.max(0, index + drift));
  }

  async function advance(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const index = locator.index;
      const page = chooseWindow({ direction, index, pageSizeMax, total: total ?? start.hint?.total ?? null });
      const view = await readView(page);
      const verdict = judge(view);
      if (verdict === "short") locator.sawShort(view);
      else if (verdict === "beyond") locator.sawBeyond(view);
      else if (view.slots.length === 0) return finish();
      else {
        firstView = need === null ? view : null;
        if (absorb(view)) return;
        // Only where it was found where it was looked for: a page may begin off its place, and shows less of a group then.
        if (locator.index === index && isBestChoice(page, index))
          return absorbTies(view.slots.at(-1)?.key.time ?? "", view);
      }
    }
    throw options.unreadable();
  }

  function finish(): void {
    isDone = true;
  }

  function isBestChoice(page: PageRequest, index: number): boolean {
    const best = chooseWindow({ direction, index, pageSizeMax, total: total ?? null });
    return windowYield(best, index, direction) <= windowYield(page, index, direction);
  }

  function bound(): RunKey | null {
    const [head] = buffer;
    if (head !== undefined) return head.key;
    if (isDone) return null;
    const place = start.place;
    const reached = need === null ? null : need.isPast === direction > 0 ? backOf(need.time) : frontOf(need.time);
    if (reached === null || place === null) return reached ?? place ?? outermost(direction);
    return direction * compareKeys(reached, place) > 0 ? reached : place;
  }

  function lastOfFirstWindow(): readonly Slot[] {
    if (firstView === null || isDone || buffer.length > 0 || start.place !== null || direction < 0) return [];
    const sizes = new Map<string, number>();
    for (const { key } of firstView.slots) sizes.set(key.time, (sizes.get(key.time) ?? 0) + 1);
    if (sizes.size < UNIFORM_TIMES_MIN || new Set(sizes.values()).size > 1) return [];
    return pending.filter(isWanted).sort((a, b) => compareKeys(a.key, b.key));
  }

  function isWanted({ key, run }: Slot): boolean {
    if (taken.has(run.invokeId) || !matchesQuery(run, query, options.isExact)) return false;
    return start.place === null || direction * compareKeys(key, start.place) > 0;
  }

  function hasMore(): boolean | null {
    if (buffer.length > 0) return true;
    if (isDone) return false;
    if (pending.some(isWanted)) return true;
    const isFollowed = firstView !== null && options.isExact && typeof total === "number" && limit === null;
    return isFollowed && direction > 0 ? (total ?? 0) > (firstView?.high ?? 0) + 1 : null;
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
    total: () => total,
  };
}

function hintedIndex({ hint }: StreamStart, direction: Direction): number | null {
  if (hint === null) return null;
  return direction > 0 ? hint.index : Math.max(0, hint.index + hint.width - 1);
}

function firstNeed({ place, hint }: StreamStart, direction: Direction): Need | null {
  if (place === null) return null;
  const isOpenGap = place.source === (direction > 0 ? backOf("") : frontOf("")).source;
  return { time: place.time, isPast: isOpenGap || (direction > 0 && hint !== null && hint.width === 0) };
}

function outermost(direction: Direction): RunKey {
  return direction > 0 ? frontOf("\uffff") : backOf("");
}

function listOrder(slots: readonly Slot[], direction: Direction): readonly Slot[] {
  return direction > 0 ? slots : [...slots].reverse();
}
