import { Failure } from "../parts/failure.tsx";
import { useRowKeys } from "../parts/keys.ts";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { RunRow } from "../runs/run-row.tsx";
import { useAsk } from "../state/ask.ts";
import { FAILED_RUNS, NO_FILTERS, writeFilters } from "../state/filters.ts";
import { gateway, salvage } from "../state/gateway.ts";
import { runPath } from "../state/navigation.ts";
import type { Run } from "../state/run-list.ts";
import { countOf, FAILED_STATES, toneOf } from "../state/statuses.ts";
import { useWords } from "../words/words.ts";
import type { RunDetails } from "./run-head.tsx";

const MOST_RUNS = 50;
const NO_CONTROL = { current: null };

/** Other runs of the same command in the same place, and how often it failed lately. */
export function EarlierTab({ run }: { readonly run: RunDetails }) {
  const words = useWords();
  const { name } = run.command;
  const asked = useAsk((signal) => readRuns(run, signal), [run.id]);
  const runs = asked.data ?? [];
  useRowKeys(runs.length, NO_CONTROL);
  if (name === null) return <p class="blank">{words.earlier.noName}</p>;
  if (asked.error !== null) return <Failure error={asked.error} again={asked.again} />;
  if (asked.data === null) return <p class="blank">{words.loading}</p>;
  const ended = runs.filter(({ isFinal }) => isFinal);
  const failed = ended.filter(({ status }) => FAILED_RUNS.includes(status));
  const list = `/${writeFilters({ ...NO_FILTERS, commandName: name, provider: run.provider, regionId: run.regionId })}`;
  return (
    <ScrollBox class="earlier" label={words.run.earlier}>
      <p class="summary">
        {words.earlier.summary(failed.length, ended.length)} <a href={list}>{words.earlier.list}</a>
      </p>
      <EarlierChart runs={runs} currentId={run.id} />
      {runs.length === 1 && <p class="muted">{words.earlier.alone}</p>}
      <ul>
        {runs.map((one, index) => (
          <RunRow key={one.id} run={one} index={index} showsAccount={false} isCurrent={one.id === run.id} />
        ))}
      </ul>
    </ScrollBox>
  );
}

async function readRuns(run: RunDetails, signal: AbortSignal): Promise<readonly Run[]> {
  const { name } = run.command;
  if (name === null) return [];
  const filter = {
    commandName: name,
    providerIn: [run.provider],
    regionIdIn: [run.regionId],
    accountIn: [run.account],
  };
  const { data, failures } = await salvage(gateway.recentRuns({ first: MOST_RUNS, filter }, {}, signal));
  if (data.invocations === null) throw failures[0] ?? new TypeError("The gateway answered without a list.");
  return data.invocations.nodes.flatMap((node) => (node === null ? [] : [node]));
}

const BAR = 9;
const GAP = 2;
const HEIGHT = 48;

/** One bar a run, oldest first; its red part is the share of servers that failed. Each bar leads to its run. */
function EarlierChart({ runs, currentId }: { readonly runs: readonly Run[]; readonly currentId: string }) {
  const words = useWords();
  const width = runs.length * (BAR + GAP);
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${width} ${HEIGHT + 6}`} width={width} height={HEIGHT + 6}>
        <title>{words.earlier.chart}</title>
        {runs.toReversed().map((run, index) => (
          <Bar key={run.id} run={run} x={index * (BAR + GAP)} isCurrent={run.id === currentId} />
        ))}
      </svg>
      <figcaption class="muted">{words.earlier.chart}</figcaption>
    </figure>
  );
}

function Bar({ run, x, isCurrent }: { readonly run: Run; readonly x: number; readonly isCurrent: boolean }) {
  const words = useWords();
  const total = run.statusCounts.reduce((sum, { count }) => sum + count, 0);
  const share = total === 0 ? 0 : countOf(run.statusCounts, FAILED_STATES) / total;
  const failed = share === 0 ? 0 : Math.max(4, share * HEIGHT);
  const time = run.creationTime === null ? words.never : new Date(run.creationTime).toLocaleString(words.locale);
  const text = `${time}: ${words.status[run.status] ?? run.status}`;
  return (
    <a href={runPath(run.id)} aria-label={text}>
      <title>{text}</title>
      <rect class={`bar ${toneOf(run.status) === "busy" ? "busy" : "good"}`} x={x} y="0" width={BAR} height={HEIGHT} />
      <rect class="bar bad" x={x} y={HEIGHT - failed} width={BAR} height={failed} />
      {isCurrent && <rect class="bar current" x={x} y={HEIGHT + 3} width={BAR} height="2" />}
    </a>
  );
}
