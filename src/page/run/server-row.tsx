import { Status } from "../parts/status.tsx";
import { Duration } from "../parts/times.tsx";
import { outputPath } from "../state/route.ts";
import type { Server } from "../state/server-list.ts";
import { toneOf } from "../state/statuses.ts";
import { useWords } from "../words/words.ts";

/** One server of a run: how it went there, and if it failed, why and what helps. The whole row is its link. */
export function ServerRow(props: { readonly runId: string; readonly server: Server; readonly index: number }) {
  const { server, index } = props;
  const name = server.instance?.name ?? null;
  return (
    <li
      class={`row server-row ${toneOf(server.status) === "bad" ? "failed" : ""}`}
      data-row={index}
      aria-posinset={index + 1}
    >
      <Status status={server.status} rawStatus={server.rawStatus} />
      <a class="name" href={outputPath(props.runId, server.id)}>
        <bdi>{name ?? server.instanceId}</bdi>
        {name !== null && <small class="muted">{server.instanceId}</small>}
      </a>
      <span class="number">{server.exitCode}</span>
      <span class="number time">
        <Duration milliseconds={server.durationMs} since={server.startTime} isFinal={server.isFinal} />
      </span>
      <Reason server={server} />
    </li>
  );
}

function Reason({ server: { error } }: { readonly server: Server }) {
  const words = useWords();
  if (error === null) return <span class="reason" />;
  return (
    <span class="reason" title={[error.info, error.remedy].filter(Boolean).join("\n")}>
      <span>
        <b>{words.errorClass[error.class] ?? error.class}</b> <bdi lang="en">{error.info ?? error.code}</bdi>
      </span>
      {error.remedy !== null && (
        <small class="muted" lang="en">
          {error.remedy}
        </small>
      )}
    </span>
  );
}
