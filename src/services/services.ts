import type { Clock, Telemetry } from "#domain";
import type { Upstream } from "#upstreams";
import { createAgentReader } from "./agents.ts";
import type { Sealer, Services } from "./contract.ts";
import { createFlights } from "./flights.ts";
import { createHistoryOpener } from "./history/history.ts";
import { createWindowReader } from "./history/window-reader.ts";
import { createInstanceCover } from "./instance-cover.ts";
import { pageInvocations } from "./invocation-pages.ts";
import { createRanks } from "./ranks.ts";
import { createRecords } from "./records.ts";
import { createResultFinder } from "./result-finder.ts";
import { pageResults } from "./result-pages.ts";
import { createResults } from "./results.ts";
import { createSourceBook } from "./sources.ts";
import { createStock } from "./stock.ts";
import { createWatch, DEFAULT_WATCH, type WatchOptions } from "./watch.ts";
import { createPoll } from "./watch-poll.ts";

/** What the services are made of. */
export interface ServicesOptions {
  /** One for each source, in the order in which sources are named. */
  readonly upstreams: readonly Upstream[];
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Bytes all caches hold at most, by estimate; 64 MiB unless told otherwise. */
  readonly cacheBytes?: number;
  /** Windows of 50 runs that one operation reads beyond what an unfiltered page would, in search of matches; 40 unless told otherwise. */
  readonly scanBudget?: number;
  /** How runs are watched; see {@link DEFAULT_WATCH} for what is not told. */
  readonly watch?: Partial<WatchOptions>;
}

const CACHE_BYTES = 64 * 1024 * 1024;
const SCAN_BUDGET = 40;

/** Puts the services together. They share one stock and one set of calls under way. */
export function createServices(options: ServicesOptions): Services {
  const { clock, telemetry, sealer } = options;
  const book = createSourceBook(options.upstreams, () => clock.elapsed());
  const stock = createStock({ cacheBytes: options.cacheBytes ?? CACHE_BYTES, clock, telemetry });
  const flights = createFlights();
  const ranks = createRanks(() => clock.elapsed());
  const reader = createWindowReader({ book, stock, flights, ranks, now: () => clock.elapsed() });
  const open = createHistoryOpener({ book, reader, sealer, scanBudget: options.scanBudget ?? SCAN_BUDGET });
  const cover = createInstanceCover({ book, stock, flights, ranks, now: () => clock.elapsed() });
  const results = createResults({ book, stock, flights, cover });
  const records = createRecords(book, stock, flights);
  return {
    sources: book.states,
    findSource: book.findSource,
    pageInvocations: (args, filter, wants, operation) =>
      pageInvocations({ open, book }, args, filter, wants, operation),
    pageResults: (args, filter, wants, operation) => pageResults({ open, results }, args, filter, wants, operation),
    readInvocations: records.readInvocations,
    readResults: results.read,
    findResults: createResultFinder(stock, clock),
    readHistory: (ref, wants, operation) =>
      results.readHistory(ref.source, ref.invokeId, [ref.instanceId], wants, operation),
    readInstances: records.readInstances,
    watchInvocation: createWatch({
      poll: createPoll({ book, stock, records }),
      clock,
      options: { ...DEFAULT_WATCH, ...options.watch },
    }),
    readAgentStates: createAgentReader(book, flights),
  };
}
