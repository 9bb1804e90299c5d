import type { WhoPrintedQuery } from "../client/index.ts";
import { type Context, salvage, tellMore, writeRows } from "./context.ts";
import { type Columns, writeList } from "./listing.ts";
import { readPages } from "./read-pages.ts";
import { tellFailures } from "./sources.ts";
import { EXIT_CODES, type ExitCode, tell, toLine } from "./terminal/index.ts";

type Page = NonNullable<WhoPrintedQuery["searchOutputs"]>;
type Match = NonNullable<Page["nodes"][number]>;

/** Options of `search`. */
export interface SearchOptions {
  /** Takes the text for a regular expression in RE2 syntax. */
  readonly regex?: boolean;
  readonly since?: string;
  readonly limit: number;
}

const MATCH_COLUMNS: Columns<Match> = {
  titles: ["TIME", "RUN", "INSTANCE", "LINE", "TEXT"],
  cut: "TEXT",
  toRow: ({ invocation, instanceInvocation, lineNumber, line }, _style, time) => [
    time(invocation.creationTime),
    toLine(invocation.invokeId),
    toLine(instanceInvocation.instanceId),
    String(lineNumber),
    toLine(line),
  ],
};

/** Who printed this: lines of the outputs that the gateway has read, newest runs first. */
export async function searchOutputs(
  context: Context,
  { regex = false, since, limit }: SearchOptions,
  text: string,
): Promise<ExitCode> {
  let [searchedOutputs, missingOutputs] = [0, 0];
  const words = regex ? { pattern: text } : { text };
  const read = async (first: number, after: string | null) => {
    const { searchOutputs: page } = await salvage(
      context,
      context.client.whoPrinted({ ...words, since: since ?? null, first, after }),
    );
    searchedOutputs += page?.searchedOutputs ?? 0;
    missingOutputs += page?.missingOutputs ?? 0;
    return page;
  };
  const { rows: matches, sources, hasMore, failure } = await readPages<Match, Page>({ limit }, read);
  tellFailures(context, sources, failure);
  if (context.isJson) writeRows(context, matches, { matches, searchedOutputs, missingOutputs, sources });
  else writeList(context, matches, MATCH_COLUMNS);
  tell(context, `searched ${searchedOutputs} outputs${describeUnread(missingOutputs)}.`);
  if (hasMore) tellMore(context);
  return EXIT_CODES.success;
}

function describeUnread(count: number): string {
  return count === 0 ? "" : `; ${count} more were never read by anybody: 'cloud-assistant output <run>' reads them`;
}
