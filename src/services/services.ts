import type { Redactor, View } from "#access";
import { type Clock, namesSource, type Source } from "#domain";
import { createLoneReplica, type Replica, type RunStore } from "#store";
import {
  type CollectOptions,
  type Collector,
  createCollector,
  createSync,
  createUnreadMark,
  markUnread,
  type Sync,
} from "#sync";
import type { Upstream } from "#upstreams";
import type { PositionSealer, Sealer, Services } from "./contract/index.ts";
import {
  type ChangeLog,
  createChangeLog,
  createListPoller,
  createListWatch,
  type ListPoller,
  showAs,
} from "./list-watch/index.ts";
import { inOwnTurn } from "./own-turn.ts";
import { type BackfillOf, createDescribeSource } from "./paging/index.ts";
import {
  createOrderedRuns,
  createOutputMatches,
  createPlaces,
  createRunScan,
  createServerPages,
  createStatistics,
  type Places,
} from "./questions/index.ts";
import { redactStore, redactUpstream } from "./redaction/index.ts";
import { createHistories, createKeptOutputs, createResultPages, createResults, createStrays } from "./results/index.ts";
import {
  APPEAR_MS,
  createOutputWatch,
  createPoll,
  createWait,
  createWatch,
  DEFAULT_WATCH,
  type WatchOptions,
} from "./run-watch/index.ts";
import { countWrites, createRecordReader, createRunPages, type PageTiming } from "./runs/index.ts";
import { limitBackfill, limitChanges, limitStore, limitSync, limitWatch, type PageStore } from "./view/index.ts";

/** What the services are made of. */
export interface ServicesOptions {
  /** One for each source, in the order in which sources are named. */
  readonly upstreams: readonly Upstream[];
  readonly store: RunStore;
  /** This process among all that share the store; alone unless told otherwise. */
  readonly replica?: Pick<Replica, "leases" | "turns">;
  readonly sealer: Sealer & PositionSealer;
  readonly clock: Clock;
  /** How old what still moves may be in an answer, in milliseconds; 2,000 unless told otherwise. */
  readonly freshnessMs?: number;
  /** How long a list waits for a slow source while it can show something, in milliseconds; 1,500 unless told otherwise. */
  readonly softDeadlineMs?: number;
  /** Hides secrets in whatever is read, by the rules of the moment; nothing is hidden if absent. */
  readonly redactor?: () => Redactor;
  /** What is collected without anybody asking for it; nothing if absent. */
  readonly collect?: CollectOptions;
  /** How runs are watched; see {@link DEFAULT_WATCH} for what is not told. */
  readonly watch?: Partial<WatchOptions>;
}

/** Statistics and other orders at a time: each may hold 20 MB of counts, and waits for upstreams, perhaps. */
const MOST_COUNTING = 6;
const MOST_COUNTING_OF_ONE = 2;
const FRESHNESS_MS = 2_000;
const SOFT_DEADLINE_MS = 1_500;

/** The services, and what of them a view holds. */
export interface AllServices extends Services {
  /** The same for one who may see only so much: what the view does not give is as if it did not exist. */
  forView(view: View): Services;
  /** Null if nothing is collected. It begins when it is told to. */
  readonly collector: Collector | null;
}

/** Puts the services together. They share one store and one set of readings under way, for all who ask. */
export function createServices(options: ServicesOptions): AllServices {
  const { sealer, clock, freshnessMs = FRESHNESS_MS, softDeadlineMs = SOFT_DEADLINE_MS, redactor } = options;
  const upstreams =
    redactor === undefined ? options.upstreams : options.upstreams.map((one) => redactUpstream(one, redactor));
  const kept = redactor === undefined ? options.store : redactStore(options.store, redactor);
  const unread = createUnreadMark(upstreams);
  const store = countWrites(markUnread(kept, unread));
  const rulesHash = () => redactor?.().hash ?? null;
  const { leases, turns } = options.replica ?? createLoneReplica();
  const sync = createSync({ upstreams, store, clock, freshnessMs, turns, rulesHash });
  const timing = { clock, freshnessMs, softDeadlineMs };
  const rules = { ...DEFAULT_WATCH, ...options.watch };
  const poll = createPoll({ sync, store, clock });
  const watchInvocation = createWatch({ poll, follower: sync.follower, store, leases, clock, options: rules });
  const log = showAs(createChangeLog(store), unread);
  const poller = createListPoller({ sync, store, leases, clock, log, rules, freshnessMs });
  const { revision } = store;
  const { collect } = options;
  const collector = collect && createCollector({ sync, store, clock }, { isOurs: leases.isOurs, ...collect });
  const backfillOf: BackfillOf = (source) => collector?.describe(source) ?? null;
  const places = createPlaces(MOST_COUNTING, MOST_COUNTING_OF_ONE);
  const shared = { revision, sealer, timing, rules, poller, places };
  const whole = assemble({ ...shared, sync, store, log, watchInvocation, backfillOf });
  const byView = new WeakMap<View, Services>();
  return {
    ...whole,
    collector: collector ?? null,
    forView(view) {
      const known = byView.get(view);
      if (known !== undefined) return known;
      const limited = assemble({
        ...shared,
        sync: limitSync(sync, view),
        store: limitStore(store, view),
        log: limitChanges(log, view),
        watchInvocation: limitWatch(watchInvocation, view, APPEAR_MS, clock),
        backfillOf: limitBackfill(backfillOf, view),
      });
      byView.set(view, limited);
      return limited;
    },
  };
}

/** What the services of one view stand on: everything that they read goes through these. */
interface Ground extends Pick<Services, "revision" | "watchInvocation"> {
  readonly sync: Sync;
  readonly store: PageStore;
  readonly sealer: Sealer & PositionSealer;
  readonly timing: PageTiming;
  readonly rules: WatchOptions;
  readonly log: ChangeLog;
  readonly backfillOf: BackfillOf;
  /** One for all views: sources are asked once, no matter who watches. */
  readonly poller: ListPoller;
  /** One for all views: they share one memory. */
  readonly places: Places;
}

function assemble(ground: Ground): Services {
  const { sync, store, revision, sealer, timing, rules, log, poller, watchInvocation } = ground;
  const { clock } = timing;
  const { book, oldestKnown } = sync;
  const describe = createDescribeSource({ book, oldestKnown }, ground.backfillOf);
  const describeResults = createDescribeSource({ book: book.results, oldestKnown }, ground.backfillOf);
  const describeServers = createDescribeSource({ book: book.servers, oldestKnown }, ground.backfillOf);
  const describeAll = async (source: Source) => {
    const state = await describe(source, true);
    const { error } = state;
    return { ...state, error: error ?? book.results.stateOf(source).error ?? book.servers.stateOf(source).error };
  };
  const results = createResults(sync);
  const readOutputs = createKeptOutputs(store);
  const pages = createRunPages({ sync, store, sealer, revision, describe, ...timing });
  const servers = createServerPages({ sync, sealer, describe: describeServers });
  const scan = createRunScan({ sync, store, pages });
  const ordered = createOrderedRuns({ scan, sealer, store, sync, timing, places: ground.places });
  const searchOutputs = createOutputMatches({ scan, store, sync, sealer, timing });
  return {
    sources: () => Promise.all(book.states().map(({ source }) => describeAll(source))),
    revision,
    listSources: () => book.states().map(({ source }) => source),
    findSource: book.findSource,
    pageInvocations: inOwnTurn((args, filter, projection, operation) =>
      servers.pageNamed(filter, operation, (named) => pages.page(args, named, projection, operation)),
    ),
    pageOrdered: inOwnTurn((args, order, filter, projection, operation) =>
      servers.pageNamed(filter, operation, (named) => ordered(args, order, named, projection, operation)),
    ),
    searchOutputs: inOwnTurn((search, filter, operation) =>
      servers.pageNamed(filter, operation, (named) => searchOutputs(search, named, operation)),
    ),
    statistics: inOwnTurn(createStatistics(scan, servers.resolveNames, ground.places)),
    pageInstances: inOwnTurn(servers.page),
    waitUntilFinal: createWait(watchInvocation, store, clock, timing.softDeadlineMs),
    pageResults: inOwnTurn(
      createResultPages({
        sync,
        store,
        sealer,
        pages,
        results,
        readOutputs,
        describe: describeResults,
        strays: createStrays(sync, clock),
      }),
    ),
    areKnown: async (refs) =>
      (await store.readRuns(refs, { output: false, content: false })).map((run) => run !== null),
    readInvocations: createRecordReader(sync, clock),
    readResults: results.read,
    readOutputs,
    readHistories: createHistories(sync, results),
    readInstances: sync.servers.readInstances,
    readAgentStates: sync.servers.readAgentStates,
    watchInvocation,
    watchOutput: createOutputWatch(watchInvocation, sealer, clock, sync),
    watchList: createListWatch({
      log,
      poller,
      clock,
      sealer,
      statesOf: (filter) => book.states().filter(({ source }) => namesSource(filter, source)),
      describe,
      readNewest: (filter, first, operation) =>
        pages.page({ first }, filter, { output: false, content: false, totalCount: false }, operation),
      resolveNames: servers.resolveNames,
      maxWatchers: rules.maxWatchers,
      deadlineMs: rules.pollDeadlineMs,
    }),
  };
}
