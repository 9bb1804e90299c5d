import { Failure } from "../parts/failure.tsx";
import { useRowKeys } from "../parts/keys.ts";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { RunRow } from "../runs/run-row.tsx";
import { useAsk } from "../state/ask.ts";
import { FAILED_RUNS, NO_FILTERS, writeFilters } from "../state/filters.ts";
import { gateway, salvage } from "../state/gateway.ts";
import type { Run } from "../state/run-list.ts";
import { useWords } from "../words/words.ts";
import { EarlierChart } from "./earlier-chart.tsx";
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
