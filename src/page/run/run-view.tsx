import { Failure } from "../parts/failure.tsx";
import { useKeys } from "../parts/keys.ts";
import { HiddenTitle, useTitle } from "../parts/title.tsx";
import { useAsk } from "../state/ask.ts";
import { gateway, salvage } from "../state/gateway.ts";
import { goUp, RUN_TABS, type RunTab, runPath } from "../state/navigation.ts";
import { useRunChanges } from "../state/watch.ts";
import { useWords } from "../words/words.ts";
import { EarlierTab } from "./earlier-tab.tsx";
import { GroupsTab } from "./groups-tab.tsx";
import { type RunDetails, RunHead } from "./run-head.tsx";
import { ServersTab } from "./servers-tab.tsx";

/** One run: what it was, how it goes, and its servers. */
export function RunView({ runId, tab }: { readonly runId: string; readonly tab: RunTab }) {
  const words = useWords();
  const asked = useAsk((signal) => readRun(runId, signal), [runId]);
  const run = asked.data;
  const details = run === "gone" ? null : run;
  const isLive = useRunChanges(runId, details?.isFinal === false, asked.again);
  useTitle(details?.command.name ?? words.run.title);
  useKeys({ Escape: () => goUp("/") });
  return (
    <main class="view run" id="content">
      <nav class="crumbs" aria-label={words.crumbs}>
        <a href="/">‹ {words.runs}</a>
      </nav>
      {details === null && <HiddenTitle name={words.run.title} />}
      {asked.error !== null && <Failure error={asked.error} again={asked.again} />}
      {run === null && asked.error === null && <p class="blank">{words.loading}</p>}
      {run === "gone" && <Gone />}
      {details !== null && (
        <>
          <RunHead run={details} isLive={isLive} />
          <Tabs runId={runId} tab={tab} run={details} />
          {tab === "servers" && <ServersTab run={details} change={asked.answeredAt ?? 0} />}
          {tab === "outputs" && <GroupsTab run={details} isAlone={totalOf(details) === 1} />}
          {tab === "earlier" && <EarlierTab run={details} />}
        </>
      )}
    </main>
  );
}

async function readRun(id: string, signal: AbortSignal): Promise<RunDetails | "gone"> {
  const { data, failures } = await salvage(gateway.runById({ id, first: 0 }, {}, signal));
  const isForbidden = failures.some(({ code }) => code === "FORBIDDEN");
  if (data.node?.__typename === "Invocation") return { ...data.node, isForbidden };
  if (failures[0] !== undefined) throw failures[0];
  return "gone";
}

function Gone() {
  const words = useWords();
  return (
    <div class="blank">
      <p>{words.run.unknown}</p>
      <a href="/">{words.toRuns}</a>
    </div>
  );
}

const totalOf = ({ statusCounts }: RunDetails): number => statusCounts.reduce((sum, { count }) => sum + count, 0);

function Tabs(props: { readonly runId: string; readonly tab: RunTab; readonly run: RunDetails }) {
  const words = useWords();
  const total = totalOf(props.run);
  return (
    <nav class="tabs" aria-label={words.run.parts}>
      {RUN_TABS.map((tab) => (
        <a key={tab} href={runPath(props.runId, tab)} aria-current={tab === props.tab ? "page" : undefined}>
          {tab === "outputs" && total === 1 ? words.run.output : words.run[tab]}
          {tab === "servers" && <span class="muted"> {words.number(total)}</span>}
        </a>
      ))}
    </nav>
  );
}
