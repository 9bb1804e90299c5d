import { Failure } from "../parts/failure.tsx";
import { useKeys } from "../parts/keys.ts";
import { Shape, Status } from "../parts/status.tsx";
import { Age, Duration } from "../parts/times.tsx";
import { HiddenTitle, useTitle } from "../parts/title.tsx";
import { useAsk } from "../state/ask.ts";
import { NO_FILTERS, writeFilters } from "../state/filters.ts";
import { usePatience } from "../state/late-outputs.ts";
import { goUp, runPath } from "../state/navigation.ts";
import { nameOf } from "../state/output-groups.ts";
import { useWords } from "../words/words.ts";
import { readOutput, type ServerOutput } from "./download.ts";
import { OutputReader } from "./output-reader.tsx";

const POLL_MS = 2_000;

/** What a run printed on one server; grows while the run is under way. */
export function OutputView(props: { readonly runId: string; readonly serverId: string; readonly line: number | null }) {
  const words = useWords();
  const { runId, serverId, line } = props;
  const mayTellMore = usePatience();
  const isAwaited = (data: ServerOutput | null): boolean =>
    mayTellMore({ isFinal: data?.isFinal === true, isKnown: data?.result?.isOutputKnown !== false });
  const asked = useAsk((signal) => readOutput(serverId, signal), [serverId], {
    everyMs: (data) => (data !== "gone" && isAwaited(data) ? POLL_MS : null),
  });
  const server = asked.data;
  const found = server === "gone" ? null : server;
  useTitle(found === null ? words.output.title : nameOf(found));
  useKeys({ Escape: () => goUp(runPath(runId)) });
  return (
    <main class="view output" id="content">
      <nav class="crumbs" aria-label={words.crumbs}>
        <a href="/">‹ {words.runs}</a>
        <a href={runPath(runId)}>{words.toRun}</a>
      </nav>
      {found === null && <HiddenTitle name={words.output.title} />}
      {asked.error !== null && <Failure error={asked.error} again={asked.again} />}
      {server === null && asked.error === null && <p class="blank">{words.loading}</p>}
      {server === "gone" && (
        <div class="blank">
          <p>{words.output.unknown}</p>
          <a href={runPath(runId)}>{words.toRun}</a>
        </div>
      )}
      {found !== null && (
        <>
          <OutputHead server={found} />
          <OutputReader server={found} line={line} />
        </>
      )}
    </main>
  );
}

/** Where it ran, how it ended, and if it failed, why and what helps. */
function OutputHead({ server }: { readonly server: ServerOutput }) {
  const words = useWords();
  const { instanceId, provider, regionId, exitCode } = server;
  const others = `/${writeFilters({ ...NO_FILTERS, instanceId, provider, regionId })}`;
  return (
    <header class="run-head">
      <div class="title">
        <h1>
          <bdi>{nameOf(server)}</bdi>
        </h1>
        <Status status={server.status} rawStatus={server.rawStatus} />
        {exitCode !== null && <span>{words.run.exitCode(exitCode)}</span>}
        {server.startTime !== null && (
          <>
            <Duration milliseconds={server.durationMs} since={server.startTime} isFinal={server.isFinal} />
            <Age time={server.startTime} />
          </>
        )}
        <span class="muted">
          {provider} {regionId} · <code>{instanceId}</code>
        </span>
        <a href={others}>{words.output.otherRuns}</a>
      </div>
      <FailureReason server={server} />
    </header>
  );
}

function FailureReason({ server: { error } }: { readonly server: ServerOutput }) {
  const words = useWords();
  if (error === null) return null;
  return (
    <div class="why">
      <p>
        <Shape tone="bad" />
        <b>{words.errorClass[error.class] ?? error.class}</b> <code>{error.code}</code>{" "}
        <bdi lang="en">{error.info}</bdi>
      </p>
      <p class="remedy">
        <b>{words.output.remedy}:</b>{" "}
        {error.remedy === null ? words.run.noRemedy : <span lang="en">{error.remedy}</span>}
      </p>
    </div>
  );
}
