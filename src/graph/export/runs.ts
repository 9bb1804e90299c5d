import {
  durationMsOf,
  finishTimeOf,
  InputError,
  type Invocation,
  type InvocationFilter,
  isFailedInstanceStatus,
  type Operation,
  type Source,
  type SourceErrorCode,
  sourceKey,
  UpstreamError,
} from "#domain";
import type { Page, PageArguments, PageSourceState, Services } from "#services";
import { toGlobalId } from "../declarations/index.ts";
import { type Columns, type ExportRow, toExportRow, toLinePart } from "./formats.ts";

/** Does one part of an export as an operation of its own, with a deadline and a budget of its own. */
export type ExportStep = <Result>(work: (operation: Operation) => Promise<Result>) => Promise<Result>;

const PAGE = 100;
/** Pages in a row that may bring nothing while a source does not answer. */
const EMPTY_PAGES_MAX = 3;
/** How often the first page is read until it is known of each slow source whether it fails. */
const FIRST_PAGES_MAX = 5;
/** What a source may get over during a walk: what a page lacks for it comes with a later one. */
const PASSING: ReadonlySet<SourceErrorCode> = new Set(["THROTTLED", "TIMEOUT", "UNREACHABLE", "UNAVAILABLE"]);

/** What the pieces of a list are made with. */
export interface RunPiecesParts {
  readonly services: Services;
  readonly step: ExportStep;
  readonly toPiece: (rows: readonly ExportRow[]) => Uint8Array;
  /** Takes the sources that fail as the first page is read, before the first piece comes. */
  readonly missing: string[];
}

/** A page of which the runs are written: they must not wait for a reader. */
interface WrittenPage extends Pick<Page<Invocation>, "sources" | "hasNextPage"> {
  readonly piece: Uint8Array;
  readonly isEmpty: boolean;
  /** Where the next page begins. */
  readonly end: string | null;
}

/**
 * The rows of a list, a page in each piece. A source that fails does not end them if it failed as the first page was read.
 * @throws InputError `NOT_FOUND` at the end of the rows if another source failed later: that is no fault of the gateway
 */
export async function* runPieces(
  filter: InvocationFilter,
  { services, step, toPiece, missing }: RunPiecesParts,
): AsyncGenerator<Uint8Array, void> {
  const projection = { output: false, content: false, totalCount: false };
  const read = (after: string | null): Promise<Page<Invocation>> => {
    const args: PageArguments = { first: PAGE, after };
    return step((operation) => services.pageInvocations(args, filter, projection, operation));
  };
  const readPage = async (after: string | null): Promise<WrittenPage> => {
    let page = await read(after);
    for (let pages = 1; after === null && pages < FIRST_PAGES_MAX && page.sources.some(isSlow); pages += 1) {
      page = await read(null);
    }
    const { edges, sources, hasNextPage } = page;
    const piece = toPiece(edges.map(({ node }) => toExportRow(RUN_COLUMNS, node)));
    return { sources, hasNextPage, piece, isEmpty: edges.length === 0, end: hasNextPage ? page.endCursor() : null };
  };
  let page = await readPage(null);
  const failing = page.sources.filter((state) => !isWhole(state));
  missing.push(...failing.map(tellState));
  yield page.piece;
  const told = keysOf(failing);
  const lacking = new Map<string, PageSourceState>();
  for (let emptyPages = 0; page.end !== null && emptyPages < EMPTY_PAGES_MAX; ) {
    const next = await readPage(page.end).catch(nullIfUpstream);
    emptyPages = next === null || next.isEmpty ? emptyPages + 1 : 0;
    page = next ?? page;
    for (const state of next?.sources ?? []) noteLack(lacking, state);
    if (next !== null) yield next.piece;
  }
  const left = page.hasNextPage ? findUntold(page.sources, await services.sources(), told) : undefined;
  const worst = [...lacking.values()].find(({ source }) => !told.has(sourceKey(source))) ?? left;
  if (worst !== undefined)
    throw new InputError("NOT_FOUND", `The rows of a source are not whole: ${tellState(worst)}.`, "filter");
}

/** What a source owed since it refused comes with later pages; what an answer left out does not. */
function noteLack(lacking: Map<string, PageSourceState>, state: PageSourceState): void {
  const key = sourceKey(state.source);
  if (lacking.get(key)?.error?.code === "BAD_RESPONSE") return;
  if (isLacking(state)) lacking.set(key, state);
  else if (state.isComplete) lacking.delete(key);
}

/** A page fails if nothing is left but sources that fail. */
function nullIfUpstream(error: unknown): null {
  if (error instanceof UpstreamError) return null;
  throw error;
}

/** A source that fails where the pages end, and was not told to be missing. */
function findUntold(
  listed: readonly PageSourceState[],
  now: readonly PageSourceState[],
  told: ReadonlySet<string>,
): PageSourceState | undefined {
  const meant = keysOf(listed);
  const failing = [...listed.filter(({ isComplete }) => !isComplete), ...now.filter(({ isCurrent }) => !isCurrent)];
  return failing.find(({ source }) => meant.has(sourceKey(source)) && !told.has(sourceKey(source)));
}

function keysOf(states: readonly PageSourceState[]): ReadonlySet<string> {
  return new Set(states.map(({ source }) => sourceKey(source)));
}

/** True if no later page of the walk makes up for what this one lacks. */
function isLacking({ isComplete, error }: PageSourceState): boolean {
  return !isComplete && error !== null && !PASSING.has(error.code);
}

function isWhole({ isComplete, isCurrent }: PageSourceState): boolean {
  return isComplete && isCurrent;
}

/** True if nobody knows yet whether it fails. */
function isSlow({ error, isCurrent }: PageSourceState): boolean {
  return !isCurrent && error === null;
}

function tellState({ source, error }: PageSourceState): string {
  return tellSource(source, error?.code);
}

/** A source of which something is missing, and why if that is known, in words of ASCII. */
export function tellSource({ provider, regionId, account }: Source, code?: SourceErrorCode): string {
  return `${provider} ${regionId} ${account}${code === undefined ? "" : `: ${code}`}`;
}

/** Columns of a list. */
export const RUN_COLUMNS: Columns<Invocation> = {
  id: ({ source, invokeId }) => toGlobalId({ type: "Invocation", source, invokeId }),
  provider: ({ source }) => source.provider,
  account: ({ source }) => source.account,
  regionId: ({ source }) => source.regionId,
  invokeId: ({ invokeId }) => invokeId,
  commandName: ({ command }) => command.name,
  status: ({ status }) => status,
  creationTime: ({ creationTime }) => creationTime,
  finishTime: finishTimeOf,
  durationMs: durationMsOf,
  instances: ({ instances, missingInstances = 0 }) => instances.length + missingInstances,
  failedInstances: ({ instances }) => instances.filter(({ status }) => isFailedInstanceStatus(status)).length,
};

/** A run as people read it. */
export function runText({ creationTime, status, invokeId, provider, regionId, commandName }: ExportRow): string {
  const cells = [creationTime, status, invokeId, provider, regionId, commandName].map((cell) =>
    toLinePart(cell ?? null),
  );
  return `${cells.join("\t")}\n`;
}
