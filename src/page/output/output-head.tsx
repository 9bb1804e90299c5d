import { Shape, Status } from "../parts/status.tsx";
import { Age, Duration } from "../parts/times.tsx";
import { NO_FILTERS, writeFilters } from "../state/filters.ts";
import { nameOf } from "../state/output-groups.ts";
import { useWords } from "../words/words.ts";
import type { ServerOutput } from "./server-output.ts";

/** Where it ran, how it ended, and if it failed, why and what helps. */
export function OutputHead({ server }: { readonly server: ServerOutput }) {
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
