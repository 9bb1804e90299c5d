import { Shape } from "../parts/status.tsx";
import { groupReasons, type Reason } from "../state/reasons.ts";
import { outputPath } from "../state/route.ts";
import type { Server } from "../state/server-list.ts";
import { useWords } from "../words/words.ts";

const MOST_REASONS = 4;
const MOST_NAMES = 3;

/** Why servers failed, each reason once: what somebody at night wants to read first. */
export function Reasons({ runId, servers }: { readonly runId: string; readonly servers: readonly Server[] }) {
  const words = useWords();
  const reasons = groupReasons(servers);
  if (reasons.length === 0) return null;
  return (
    <ul class="reasons" aria-label={words.run.why}>
      {reasons.slice(0, MOST_REASONS).map((reason) => (
        <ReasonItem key={`${reason.code}/${reason.exitCode}`} runId={runId} reason={reason} />
      ))}
    </ul>
  );
}

function ReasonItem({ runId, reason }: { readonly runId: string; readonly reason: Reason }) {
  const words = useWords();
  const { code, exitCode, info, remedy, servers } = reason;
  const more = servers.length - MOST_NAMES;
  return (
    <li>
      <p>
        <Shape tone="bad" />
        <b>{words.run.onServers(servers.length)}</b>: {code !== null && <code>{code}</code>}{" "}
        {exitCode !== null && words.run.exitCode(exitCode)} <bdi lang="en">{info}</bdi>
      </p>
      <p class="remedy">{remedy === null ? code !== null && words.run.noRemedy : <span lang="en">{remedy}</span>}</p>
      <p class="muted">
        {servers.slice(0, MOST_NAMES).map((server, index) => (
          <span key={server.id}>
            {index > 0 && ", "}
            <a href={outputPath(runId, server.id)}>
              <bdi>{server.instance?.name ?? server.instanceId}</bdi>
            </a>
          </span>
        ))}
        {more > 0 && ` ${words.groups.andMore(more)}`}
      </p>
    </li>
  );
}
