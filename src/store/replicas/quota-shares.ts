import type { OpenQuotaShare, QuotaShare, QuotaUse } from "#domain";
import { toKeyText } from "./key-text.ts";
import { type Presence, QUOTA_MS, type ReplicaParts } from "./presence.ts";
import { createQuotaRows, type QuotaRow } from "./quota-rows.ts";

/** Shares that are kept up with each sign of life. */
export interface KeptShares {
  readonly open: OpenQuotaShare;
  /** Gives idle places back and learns of the others. */
  keepUp(): Promise<void>;
  /** Gives back every place that no call uses. */
  stop(): Promise<void>;
}

/** The part of a minute whose calls may be held in advance, among several. */
const AHEAD = 1 / 60;
/**
 * The part of what others leave that a replica holds in advance while it is alone. The rest lets another one begin at once, also
 * after several were killed one after the other, whose places nobody may use yet.
 */
const AHEAD_ALONE = 0.5;

/** What the upstream said of its figures is believed for so long: each gateway finds out anew what a throttle left. */
const LESSON_MS = 1_200_000;

interface KeptShare extends QuotaShare {
  take(row: QuotaRow): void;
  shrink(isLast: boolean): Promise<void>;
}

/**
 * One row a quota names how many places each replica holds. Only its update gives places out, never more than the quota has, and a
 * place goes back only when no call has used it within the window. So all calls together stay within the quota.
 */
export function createQuotaShares(parts: ReplicaParts, presence: Presence): KeptShares {
  const shares = new Map<string, KeptShare>();
  const rows = createQuotaRows(parts);
  return {
    open(key, use) {
      const subject = toKeyText(key);
      const share = createShare(rows, presence, subject, use);
      shares.set(subject, share);
      return share;
    },
    async keepUp() {
      if (shares.size === 0) return;
      for (const row of await rows.read([...shares.keys()])) shares.get(row.subject)?.take(row);
      for (const share of shares.values()) await share.shrink(false);
    },
    async stop() {
      for (const share of shares.values()) await share.shrink(true);
    },
  };
}

/** Places of one quota as they were told last. */
function createPlaces(presence: Presence, use: QuotaUse) {
  let places = { by: "", held: 0, others: 0 };
  const own = (): number => (places.by === presence.name() ? places.held : 0);
  /** While the database is away, each goes on with what it holds, or its even part. */
  const heldAway = (): number => own() || Math.ceil(use.limit() / (presence.others() + 1));
  return {
    own,
    held(): number {
      if (presence.isAway()) return heldAway();
      return presence.isKnown(QUOTA_MS) ? own() : 0;
    },
    others: (): number => (presence.isAway() ? Math.max(0, use.limit() - heldAway()) : places.others),
    /** So many of them are as good as given back. */
    lower(held: number): void {
      if (held < own()) places = { ...places, held };
    },
    /** In advance, beside those in use. */
    ahead(): number {
      const limit = use.limit();
      if (presence.others() > 0) return Math.ceil(limit * AHEAD);
      return Math.max(0, Math.floor((limit - places.others) * AHEAD_ALONE) - use.used());
    },
    /**
     * @param isOwn true if the row answers to what this process asked for; only that says what it holds
     * @returns true if others gave something back
     */
    take({ held: all }: QuotaRow, isOwn: boolean): boolean {
      const name = presence.name();
      const mine = all[name] ?? 0;
      const others = Object.values(all).reduce((sum, one) => sum + one, 0) - mine;
      const isFreed = others < places.others;
      places = isOwn ? { by: name, held: mine, others } : { ...places, others };
      return isFreed;
    },
  };
}

/** Passes on what others were told, each lesson once. */
function createLearner(presence: Presence, use: QuotaUse) {
  let learnedAt: string | null = null;
  return ({ lesson, taught_by, taught_at, age }: QuotaRow): void => {
    if (lesson === null || taught_at === learnedAt || taught_by === presence.name()) return;
    learnedAt = taught_at;
    const since = age ?? 0;
    const figures = since < LESSON_MS ? lesson : { callsPerMinute: null, loweredTo: null };
    use.learn({ ...lesson, ...figures, pausedMs: Math.max(0, lesson.pausedMs - since) });
  };
}

function createShare(
  rows: ReturnType<typeof createQuotaRows>,
  presence: Presence,
  subject: string,
  use: QuotaUse,
): KeptShare {
  const places = createPlaces(presence, use);
  const learn = createLearner(presence, use);
  let growing: Promise<void> | null = null;
  let waiting = 0;
  let exchanges: Promise<void> = Promise.resolve();

  function take(row: QuotaRow, isOwn: boolean): void {
    const isFreed = places.take(row, isOwn);
    learn(row);
    if (isFreed) use.onFreed();
  }

  /** How much others hold is only known in the database, and so what a lone replica may hold in advance is bounded there again. */
  async function ask(more: number, inAdvance: number): Promise<void> {
    const needed = use.used() + more;
    const asked = Math.floor(needed + inAdvance);
    places.lower(asked);
    const least = Math.max(places.own(), use.used());
    const limit = Math.floor(use.limit());
    const part = presence.others() === 0 ? AHEAD_ALONE : 1;
    const row = await rows.exchange(subject, presence.name(), { asked, needed, least, limit, part });
    if (row !== undefined) take(row, true);
  }

  /** Asks for so many places beside those in use, and for some in advance; one question at a time. */
  function exchange(more: () => number, inAdvance: () => number): Promise<void> {
    exchanges = exchanges.catch(() => {}).then(() => ask(more(), inAdvance()));
    return exchanges;
  }

  return {
    others: places.others,
    held: places.held,
    async grow() {
      waiting += 1;
      growing ??= exchange(() => waiting, places.ahead).finally(() => {
        growing = null;
        waiting = 0;
      });
      await growing.catch(() => {});
    },
    teach: (lesson) => void rows.teach(subject, presence.name(), lesson).catch(() => {}),
    take: (row) => take(row, false),
    async shrink(isLast) {
      const inAdvance = isLast ? () => 0 : places.ahead;
      if (places.own() > use.used() + inAdvance()) await exchange(() => 0, inAdvance);
    },
  };
}
