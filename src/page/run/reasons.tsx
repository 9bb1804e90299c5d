import { Shape } from "../parts/status.tsx";
import { useAsk } from "../state/ask.ts";
import { gateway, salvage } from "../state/gateway.ts";
import { outputPath } from "../state/navigation.ts";
import { nameOf } from "../state/output-groups.ts";
import { groupReasons, type Reason } from "../state/reasons.ts";
import type { Server } from "../state/server-list.ts";
import { readAnsi } from "../text/ansi.ts";
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
        <b>{words.run.onServers(servers.length)}</b>
        {code !== null && (
          <>
            {" · "}
            <code>{code}</code>
          </>
        )}
        {exitCode !== null && ` · ${words.run.exitCode(exitCode)}`}
        {info !== null && (
          <>
            {" · "}
            <bdi lang="en">{info}</bdi>
          </>
        )}
      </p>
      {servers[0] !== undefined && <LastLines server={servers[0]} />}
      <p class="remedy">{remedy === null ? code !== null && words.run.noRemedy : <span lang="en">{remedy}</span>}</p>
      <p class="muted">
        {servers.slice(0, MOST_NAMES).map((server, index) => (
          <span key={server.id}>
            {index > 0 && ", "}
            <a href={outputPath(runId, server.id)}>
              <bdi>{nameOf(server)}</bdi>
            </a>
          </span>
        ))}
        {more > 0 && ` ${words.groups.andMore(more)}`}
      </p>
    </li>
  );
}

const LAST_LINES = 3;

/** What the first server of a reason printed last: an exit code alone says little. */
function LastLines({ server }: { readonly server: Server }) {
  const words = useWords();
  const { data } = useAsk((signal) => readLastLines(server.id, signal), [server.id]);
  if (data === null || data === "") return null;
  return (
    <pre class="last-lines" title={words.run.lastLines}>
      {data}
    </pre>
  );
}

async function readLastLines(id: string, signal: AbortSignal): Promise<string> {
  const { data } = await salvage(gateway.instanceOutput({ id }, {}, signal));
  const text = data.node?.__typename === "InstanceInvocation" ? (data.node.result?.output?.text ?? "") : "";
  const lines = readAnsi(text).text.split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .slice(-LAST_LINES)
    .join("\n");
}
