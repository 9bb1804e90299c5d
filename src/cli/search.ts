import type { WhoPrintedQuery } from "../client/index.ts";
import { type Context, salvage, tellMore, writeRows } from "./context.ts";
import { type Source, tellFailures } from "./sources.ts";
import { fitTable, formatTabs } from "./table.ts";
import { CommandError, EXIT_CODES, type ExitCode, tell, toLine } from "./terminal/index.ts";
import { formatAge } from "./when.ts";

type Page = NonNullable<WhoPrintedQuery["searchOutputs"]>;
type Match = NonNullable<Page["nodes"][number]>;

/** What to look for in outputs, and how many lines to show. */
export interface SearchOptions {
  readonly text: string;
  /** Takes the text for a regular expression in RE2 syntax. */
  readonly isPattern: boolean;
  readonly since: string | null;
  readonly limit: number;
}

const PAGE_SIZE = 100;
const MAX_PAGES = 1000;
/** Column of the line itself, which is cut if it is wider than the terminal. */
const LINE_COLUMN = 4;

/** Who printed this: lines of the outputs that the gateway has read, newest runs first. */
export async function searchOutputs(context: Context, options: SearchOptions): Promise<ExitCode> {
  const { matches, sources, searchedOutputs, missingOutputs, hasMore } = await readMatches(context, options);
  tellFailures(context, sources);
  if (context.isJson) writeRows(context, matches, { matches, searchedOutputs, missingOutputs, sources });
  else writeMatches(context, matches);
  tell(context, `searched ${searchedOutputs} outputs${describeUnread(missingOutputs)}.`);
  if (hasMore) tellMore(context);
  return EXIT_CODES.success;
}

function describeUnread(count: number): string {
  return count === 0 ? "" : `; ${count} more were never read by anybody: 'cloud-assistant output <run>' reads them`;
}

interface Found {
  readonly matches: readonly Match[];
  readonly sources: readonly Source[];
  readonly searchedOutputs: number;
  readonly missingOutputs: number;
  readonly hasMore: boolean;
}

async function readMatches(context: Context, { text, isPattern, since, limit }: SearchOptions): Promise<Found> {
  const matches: Match[] = [];
  const sources: Source[] = [];
  const words = isPattern ? { pattern: text } : { text };
  let [searchedOutputs, missingOutputs] = [0, 0];
  let after: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const first = Math.min(PAGE_SIZE, limit - matches.length);
    const answer: WhoPrintedQuery = await salvage(
      context,
      context.client.whoPrinted({ ...words, since, first, after }),
    );
    const page = answer.searchOutputs;
    if (page === null) throw new CommandError("The gateway gave no lines.");
    matches.push(...page.nodes.filter((node) => node !== null));
    sources.push(...page.sources);
    searchedOutputs += page.searchedOutputs;
    missingOutputs += page.missingOutputs;
    const { hasNextPage, endCursor } = page.pageInfo;
    const isEnd = !hasNextPage || endCursor === null || endCursor === after;
    if (isEnd || matches.length >= limit || pages >= MAX_PAGES) {
      return { matches, sources, searchedOutputs, missingOutputs, hasMore: !isEnd };
    }
    after = endCursor;
  }
}

function writeMatches({ surroundings, style }: Context, matches: readonly Match[]): void {
  const { output } = surroundings;
  const row = ({ invocation, instanceInvocation, lineNumber, line }: Match, time: string) => [
    time,
    toLine(invocation.invokeId),
    toLine(instanceInvocation.instanceId),
    String(lineNumber),
    toLine(line),
  ];
  if (!output.isTerminal) {
    output.write(formatTabs(matches.map((match) => row(match, match.invocation.creationTime ?? "-"))));
  } else if (matches.length > 0) {
    const titles = ["TIME", "RUN", "INSTANCE", "LINE", "TEXT"].map((title) => style.heading(title));
    const rows = matches.map((match) => row(match, formatAge(match.invocation.creationTime, surroundings.now())));
    output.write(fitTable([titles, ...rows], LINE_COLUMN, output.columns));
  }
}
