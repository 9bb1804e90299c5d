import { createOwnFailure, type Operation, UpstreamError } from "#domain";
import { LIST_END } from "#store";
import type { KnownList } from "../lists/index.ts";
import type { Audit } from "./audit.ts";
import type { CollectFailure } from "./collect-shapes.ts";
import { bottomOfList, type Ground, isDeepEnough, type Step } from "./ground.ts";

/** Reads a source's lists on at their oldest ends. */
export interface BackfillStep extends Step {
  /** Why older runs of a list are not read although there may be some; null if there is no such list. */
  standstill(): "FULL" | CollectFailure | null;
}

/** How long a list is left alone that contradicts itself, at first and at most; and one that the keeper has no room for. */
const FIRST_REST_MS = 60_000;
const LONGEST_REST_MS = 3_600_000;

/** One page a step, the lists in turns, until they are known as far as they are kept. */
export function createBackfill(ground: Ground, audit: Audit): BackfillStep {
  const { options, clock } = ground;
  const rests = createRests(clock);
  /** How far each list was known when it was read on last. */
  const reached = new Map<string, { readonly bottom: number; readonly basis: string }>();
  let turns = 0;

  /** True for a list of which older runs are to be read now. */
  async function isOpen(list: KnownList): Promise<boolean> {
    if (rests.find(list) !== null || (await list.readAt()) === null) return false;
    return !isDeepEnough(await bottomOfList(list), options);
  }

  async function findOpen(): Promise<readonly KnownList[]> {
    const lists = ground.lists();
    const isEach = await Promise.all(lists.map(isOpen));
    return lists.filter((_, position) => isEach[position]);
  }

  async function readOn(list: KnownList, operation: Operation): Promise<void> {
    const before = await bottomOfList(list);
    const basis = await readBasis(ground, list);
    const last = reached.get(list.key);
    reached.delete(list.key);
    // The keeper let go of what was read last, in favour of another list, whose runs would have to go if it were read again.
    if (last !== undefined && before > last.bottom && basis !== last.basis) return rests.begin(list, "FULL");
    try {
      await list.extendBelow(before, operation);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.code !== "BAD_RESPONSE") throw error;
      return rests.begin(list, basis === (await readBasis(ground, list)) ? error : "FULL");
    }
    const bottom = await bottomOfList(list);
    if (bottom >= before) {
      // The keeper let go of what was known: reading that again would push out what takes its place now.
      if (basis !== (await readBasis(ground, list))) return rests.begin(list, "FULL");
      // Somebody has read newer runs meanwhile, which do not meet what was known yet: their gap is what is to be read now.
      if (bottom > before) return;
    }
    reached.set(list.key, { bottom, basis: await readBasis(ground, list) });
    const end = await list.falseEnd();
    if (end !== null) return rests.begin(list, createOwnFailure(ground.source, "BAD_RESPONSE", end.why));
    rests.end(list);
    if (bottom === LIST_END) await audit.plan(list);
  }

  return {
    standstill: () =>
      ground.lists().reduce<ReturnType<BackfillStep["standstill"]>>((why, one) => why ?? rests.find(one), null),
    async dueMs() {
      const isAny = (await findOpen()).length > 0;
      const readAts = await Promise.all(ground.lists().map((list) => list.readAt()));
      // Of a list whose newest end was not read yet nobody knows how far it goes.
      ground.isReading = isAny || !ground.isOpened || readAts.includes(null);
      return isAny ? 0 : null;
    },
    async run(operation) {
      const open = await findOpen();
      turns += 1;
      const list = open[turns % Math.max(1, open.length)];
      if (list !== undefined) await readOn(list, operation);
    },
  };
}

/** Another one after each time that the keeper let something go. */
async function readBasis({ store, source }: Ground, { key }: KnownList): Promise<string> {
  return (await store.readList(source, key)).basis;
}

type Reason = "FULL" | CollectFailure;

/** Lists that are left alone for a while. */
function createRests(clock: Ground["clock"]) {
  const rests = new Map<string, { readonly until: number; readonly lastsMs: number; readonly why: Reason }>();
  return {
    find({ key }: KnownList): Reason | null {
      const rest = rests.get(key);
      return rest !== undefined && rest.until > clock.elapsed() ? rest.why : null;
    },
    begin({ key }: KnownList, why: Reason): void {
      const nextMs = Math.min(LONGEST_REST_MS, (rests.get(key)?.lastsMs ?? FIRST_REST_MS / 2) * 2);
      const lastsMs = why === "FULL" ? LONGEST_REST_MS : nextMs;
      rests.set(key, { until: clock.elapsed() + lastsMs, lastsMs, why });
    },
    end: ({ key }: KnownList): void => void rests.delete(key),
  };
}
