import type { Operation } from "#domain";
import { DeadPlaceError } from "#upstreams";
import { type Extension, extend } from "./list-extend.ts";
import { boundBelowIn, type ListState, type Mark, markFor } from "./list-notes.ts";
import { refresh } from "./list-refresh.ts";
import type { OpenList } from "./open-list.ts";

/** How reading on went. */
export interface Onward extends Pick<Extension, "known"> {
  /** Tokens that the upstream did not know any more. */
  readonly dead: readonly string[];
  /** True if the list did not answer in the mode of its places any more. */
  readonly isOtherMode: boolean;
}

/**
 * Reads on below `from`, behind the nearest place that the upstream still knows; from the newest end if there is none.
 * @param isOtherPlace true to take the upstream's own word for what follows instead of the place that follows from the index
 * @throws UpstreamError
 */
export async function readOn(
  list: OpenList,
  from: number,
  isOtherPlace: boolean,
  operation: Operation,
): Promise<Onward> {
  const dead: string[] = [];
  let isOtherMode = false;
  for (;;) {
    const state = await list.load();
    const base = markFor(state, boundBelowIn(state, from));
    if (base === null) {
      await refresh(list, operation);
      return { dead, isOtherMode, known: [] };
    }
    const mark = isOtherPlace ? { ...base, isPlaceMeant: true } : base;
    const found = await tryExtend(list, state, mark, operation);
    if (!(found instanceof DeadPlaceError)) return { dead, isOtherMode, known: found.known };
    isOtherMode ||= !isRefused(found);
    if (isRefused(found) && base.place !== null && "token" in base.place) dead.push(base.place.token);
    await letGo(list, base, found, dead.length);
  }
}

/** How reading behind one mark went. */
export type Step = "read" | "dead" | "other mode";

/** Reads one answer behind a mark, and lets go of the mark if it is dead. @throws UpstreamError */
export async function stepOn(list: OpenList, mark: Mark, operation: Operation): Promise<Step> {
  const found = await tryExtend(list, await list.load(), mark, operation);
  if (!(found instanceof DeadPlaceError)) return "read";
  await letGo(list, mark, found, 1);
  return isRefused(found) ? "dead" : "other mode";
}

async function tryExtend(
  list: OpenList,
  state: ListState,
  mark: Mark,
  operation: Operation,
): Promise<Extension | DeadPlaceError> {
  try {
    return await extend(list, state, mark, false, operation);
  } catch (error) {
    if (error instanceof DeadPlaceError) return error;
    throw error;
  }
}

/** True if the upstream refused one token; else the list has changed its mode, and all places have died at once. */
function isRefused({ httpStatus }: DeadPlaceError): boolean {
  return httpStatus !== null;
}

/**
 * Lets go of the last marks down to a dead one: of all in another mode; with the latest of so many tokens that were refused in a
 * row, of more and more. Most often one died alone; where all have died, trying one after the other would cost a call each.
 */
async function letGo(list: OpenList, base: Mark, error: DeadPlaceError, deaths: number): Promise<void> {
  const count = isRefused(error) ? Math.ceil(2 ** (deaths - 2)) : Number.POSITIVE_INFINITY;
  const { notes, ...state } = await list.load();
  const end = notes.marks.findIndex(({ time, index }) => time === base.time && index === base.index) + 1;
  const marks = notes.marks.filter((_, position) => position >= end || position < end - count);
  await list.writeState({ ...state, notes: { ...notes, marks } });
}
