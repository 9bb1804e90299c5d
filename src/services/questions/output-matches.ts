import { createHash } from "node:crypto";
import {
  canonicalText,
  decodeOutput,
  type InvocationFilter,
  type InvocationRef,
  isFinalInstanceStatus,
  type Operation,
  type Output,
} from "#domain";
import {
  comparePositions,
  type ExecutionOutline,
  type Position,
  placeOfOutline,
  type RunOutline,
  type RunStore,
  type StoredRun,
} from "#store";
import type { Sync } from "#sync";
import type {
  Edge,
  FoundLine,
  LineMatch,
  OutputMatches,
  OutputSearch,
  PageSourceState,
  Sealer,
} from "../contract/index.ts";
import { createCursorCodec, readPageArguments } from "../paging/index.ts";
import { followRows, type PageTiming } from "../runs/index.ts";
import { unitsToDecode } from "./decoding.ts";
import { type LineSearch, MAX_MATCHES, prepareSearch, UNITS_A_TURN } from "./line-search.ts";
import type { RunScan } from "./scan.ts";

/** What searching is made of. */
export interface OutputMatchesParts {
  readonly scan: RunScan;
  readonly store: Pick<RunStore, "readRuns">;
  readonly sync: Pick<Sync, "book" | "follower">;
  readonly sealer: Sealer;
  readonly timing: PageTiming;
}

/** An answer comes after so long, with what was found by then and a cursor. */
const SEARCH_MS = 5_000;
/** Different outputs whose matches are remembered within one search. */
const REMEMBERED_MAX = 5_000;

/** A place within the outputs: a run, one of its instances by id, and the number of a line. */
interface Place {
  readonly position: Position;
  readonly instanceId: string;
  readonly line: number;
}

/** At once for an output that equals one that was searched: a search goes through a million of those. */
type Find = (output: Output) => readonly LineMatch[] | Promise<readonly LineMatch[]>;

/** A match, and where it was found. */
interface Found extends Pick<Place, "instanceId"> {
  readonly run: RunOutline;
  readonly match: LineMatch;
  readonly cursor: () => string;
}

/** What one search goes by. */
interface SearchRules {
  readonly find: Find;
  readonly seal: (place: Place) => string;
  /** Runs as they are now; null for one that is not known any more. */
  readonly readRuns: (refs: readonly InvocationRef[]) => Promise<readonly (StoredRun | null)[]>;
  readonly start: Place | null;
  readonly size: number;
  /** True once the search has to answer. */
  readonly isLate: () => boolean;
}

/**
 * Searches the outputs that are known, newest runs first. Reads none from an upstream; equal outputs are searched once. Unfinished runs
 * of the page are followed as on every page.
 */
export function createOutputMatches({ scan, store, sync, sealer, timing }: OutputMatchesParts) {
  const { clock } = timing;
  const readNow = async (refs: readonly InvocationRef[], operation: Operation) => {
    const read = () => store.readRuns(refs, { output: false, content: false }, operation);
    const known = (await read()).filter((one) => one !== null);
    await followRows(sync.follower, known, [], timing, operation);
    return read();
  };
  return async (search: OutputSearch, filter: InvocationFilter, operation: Operation): Promise<OutputMatches> => {
    const { text, pattern, ignoreCase, contextLines, first, after } = search;
    const { size, cursor } = readPageArguments({ first: first ?? null, after: after ?? null });
    const lines: LineSearch = { text, pattern, ignoreCase, contextLines: contextLines ?? 0, limit: MAX_MATCHES };
    const rest = createRest(operation);
    const find = rememberEqual(searchInTurns(lines, rest), rest);
    const words = JSON.stringify([text, pattern, ignoreCase === true]);
    const purpose = `output matches\n${canonicalText({ ...filter, instanceKeyIn: undefined })}\n${words}`;
    const sources = sync.book.states().map(({ source }) => source);
    const codec = createCursorCodec(sealer, purpose, sources);
    const start = cursor === null ? null : toPlace(codec.open(cursor, "after"));
    const until = clock.elapsed() + SEARCH_MS;
    const collection = createCollection({
      find,
      start,
      size,
      isLate: () => clock.elapsed() >= until,
      readRuns: (refs) => readNow(refs, operation),
      seal: ({ position, instanceId, line }) =>
        codec.seal({ position, lagging: new Map(), row: [instanceId, String(line)] }),
    });
    let fared: readonly PageSourceState[] = [];
    for await (const part of scan.outlineKnown(filter, "OUTPUTS", operation, upTo(start))) {
      fared = part.sources;
      for (const run of part.runs) if (!(await collection.addRun(run))) return collection.toPage(fared);
    }
    return collection.toPage(fared);
  };
}

/** Gathers the matches of one page. */
function createCollection({ find, seal, readRuns, start, size, isLate }: SearchRules) {
  const found: Found[] = [];
  let searchedOutputs = 0;
  let missingOutputs = 0;
  let searchedSince: number | null = null;
  let isFull = false;
  let stoppedAt: Place | null = null;

  /** False if the page ends within this execution. */
  function addExecution(run: RunOutline, execution: ExecutionOutline, from: Place): boolean | Promise<boolean> {
    if (isLate()) stoppedAt = from;
    if (stoppedAt !== null) return false;
    const output = execution.output === undefined ? execution.pastOutput : execution.output;
    // What was seen before its end is searched; the rest of it nobody has read.
    const lacksEnd = execution.output === undefined && isFinalInstanceStatus(execution.status);
    if (output === undefined || lacksEnd) missingOutputs += 1;
    if (output === undefined || output === null) return true;
    const matches = find(output);
    return matches instanceof Promise
      ? matches.then((all) => addMatches(run, all, from))
      : addMatches(run, matches, from);
  }

  function addMatches(run: RunOutline, matches: readonly LineMatch[], from: Place): boolean {
    searchedOutputs += 1;
    for (const match of matches) {
      if (match.lineNumber <= from.line) continue;
      isFull = found.length >= size;
      if (isFull) return false;
      const cursor = (): string => seal({ ...from, line: match.lineNumber });
      found.push({ run, instanceId: from.instanceId, match, cursor });
    }
    return true;
  }

  /** The matches with what is known of who printed them; without those that were let go of meanwhile. */
  async function readEdges(): Promise<readonly Edge<FoundLine>[]> {
    const runs = [...new Set(found.map(({ run }) => run))];
    const known = await readRuns(runs);
    const byOutline = new Map(runs.map((run, index) => [run, known[index]?.run]));
    return found.flatMap(({ run: outline, instanceId, match, cursor }) => {
      const run = byOutline.get(outline);
      const execution = run?.instances.find((one) => one.instanceId === instanceId);
      return run === undefined || execution === undefined ? [] : [{ node: { run, execution, match }, cursor }];
    });
  }

  return {
    /** False once the page has ended. */
    async addRun(run: RunOutline): Promise<boolean> {
      const position = placeOfOutline(run);
      const side = start === null ? 1 : comparePositions(position, start.position);
      if (side < 0) return true;
      searchedSince = run.time ?? searchedSince;
      const known = side === 0 ? start : null;
      for (const execution of inOrder(run)) {
        const { instanceId } = execution;
        if (known !== null && instanceId < known.instanceId) continue;
        const line = known?.instanceId === instanceId ? known.line : 0;
        const goesOn = addExecution(run, execution, { position, instanceId, line });
        if (!(typeof goesOn === "boolean" ? goesOn : await goesOn)) return false;
      }
      return true;
    },
    toPage: async (sources: readonly PageSourceState[]): Promise<OutputMatches> => ({
      edges: await readEdges(),
      hasNextPage: isFull || stoppedAt !== null,
      hasPreviousPage: start !== null,
      startCursor: () => found[0]?.cursor() ?? null,
      endCursor: () => (stoppedAt === null ? (found.at(-1)?.cursor() ?? null) : seal(stoppedAt)),
      totalCount: null,
      sources,
      isScanComplete: stoppedAt === null && sources.every(({ isComplete }) => isComplete),
      searchedOutputs,
      missingOutputs,
      searchedSince,
    }),
  };
}

// What stands at the place itself comes again: it may hold more. What comes in between is skipped.
function upTo(start: Place | null): Position | null {
  return start === null ? null : { ...start.position, invokeId: start.position.invokeId.slice(0, -1) };
}

function toPlace({ position, row }: { readonly position: Position; readonly row: readonly string[] }): Place {
  const [instanceId = "", line = "0"] = row;
  return { position, instanceId, line: Number(line) };
}

function inOrder({ executions }: RunOutline): readonly ExecutionOutline[] {
  return executions.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}

/** Waits for a turn before the work that does not fit into this one. */
type Rest = (units: number) => Promise<void> | null;

function createRest(operation: Operation): Rest {
  let units = 0;
  const wait = async (): Promise<void> => {
    await operation.turn?.();
    operation.signal.throwIfAborted();
  };
  return (more) => {
    units += more;
    if (units < UNITS_A_TURN) return null;
    units = more;
    return wait();
  };
}

/** @throws InputError `BAD_USER_INPUT` that names the argument, at once */
function searchInTurns(search: LineSearch, rest: Rest) {
  const searchText = prepareSearch(search);
  return async ({ bytes, droppedBytes }: Output): Promise<readonly LineMatch[]> => {
    await rest(unitsToDecode(bytes));
    const parts = searchText(decodeOutput(bytes, droppedBytes).text);
    for (let part = parts.next(); ; part = parts.next()) {
      if (part.done === true) return part.value;
      await rest(part.value);
    }
  };
}

// 24 KB take 30 microseconds to tell from others.
const UNITS_A_HASHED_BYTE = 0.1;

function rememberEqual(find: ReturnType<typeof searchInTurns>, rest: Rest): Find {
  const known = new Map<string, readonly LineMatch[]>();
  // What is read at once shares equal contents: those need not even be told apart.
  const byBytes = new WeakMap<Uint8Array, { readonly output: Output; readonly found: readonly LineMatch[] }>();
  const findEqual = async (output: Output): Promise<readonly LineMatch[]> => {
    await rest(output.bytes.length * UNITS_A_HASHED_BYTE);
    const key = createHash("sha1").update(output.bytes).update(String(output.droppedBytes)).digest("base64");
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const found = await find(output);
    if (known.size < REMEMBERED_MAX) known.set(key, found);
    return found;
  };
  return (output) => {
    const last = byBytes.get(output.bytes);
    if (last !== undefined && last.output.droppedBytes === output.droppedBytes) return last.found;
    return findEqual(output).then((found) => {
      byBytes.set(output.bytes, { output, found });
      return found;
    });
  };
}
