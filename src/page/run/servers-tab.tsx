import type { InstanceInvocationStatus } from "cloud-assistant-gateway/client";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../parts/failure.tsx";
import { useRowKeys } from "../parts/keys.ts";
import { Shape, Status } from "../parts/status.tsx";
import { Duration } from "../parts/times.tsx";
import { type RowsControl, VirtualRows } from "../parts/virtual-rows.tsx";
import { useNarrow } from "../state/narrow.ts";
import { outputPath } from "../state/navigation.ts";
import { readMoreServers, readServers, type Server, type ServerList } from "../state/server-list.ts";
import { orderCounts, toneOf } from "../state/statuses.ts";
import { useWords } from "../words/words.ts";
import { Reasons } from "./reasons.tsx";
import type { RunDetails } from "./run-head.tsx";

const ROW_HEIGHT = 46;
const NARROW_ROW_HEIGHT = 72;

/** A run's servers, failures first. `change` differs whenever the run may have moved. */
export function ServersTab({ run, change }: { readonly run: RunDetails; readonly change: number }) {
  const words = useWords();
  const [state, setState] = useState<InstanceInvocationStatus | null>(null);
  const { list, error, again, loadMore } = useServers(run.id, state, change);
  const control = useRef<RowsControl>(null);
  const isNarrow = useNarrow();
  const servers = list?.servers ?? [];
  useRowKeys(servers.length, control);
  return (
    <div class="servers">
      <StateChips run={run} state={state} onChange={setState} />
      {error !== null && <Failure error={error} again={again} />}
      <Reasons runId={run.id} servers={servers} />
      {list === null && error === null && <p class="blank">{words.loading}</p>}
      {list !== null && servers.length === 0 && list.next === null && (
        <p class="blank">{state === null ? words.run.noServersAtAll : words.run.noServers}</p>
      )}
      {servers.length > 0 && <ServerColumns />}
      {servers.length > 0 && (
        <VirtualRows
          key={state}
          label={words.run.servers}
          isList
          control={control}
          count={servers.length}
          rowHeight={isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
          row={(index) => {
            const server = servers[index];
            return server && <ServerRow key={server.id} runId={run.id} server={server} index={index} />;
          }}
          onNearEnd={loadMore}
          end={list?.next != null && <p class="rows-end muted">{words.loadingMore}</p>}
        />
      )}
    </div>
  );
}

function ServerColumns() {
  const { columns } = useWords();
  return (
    <div class="row server-row columns" aria-hidden="true">
      <span>{columns.status}</span>
      <span>{columns.server}</span>
      <span class="number">{columns.exit}</span>
      <span class="number">{columns.duration}</span>
      <span>{columns.reason}</span>
    </div>
  );
}

function StateChips(props: {
  readonly run: RunDetails;
  readonly state: InstanceInvocationStatus | null;
  readonly onChange: (state: InstanceInvocationStatus | null) => void;
}) {
  const words = useWords();
  const { run, state, onChange } = props;
  if (run.statusCounts.length < 2) return null;
  return (
    <div class="chips">
      <button type="button" aria-pressed={state === null} onClick={() => onChange(null)}>
        {words.run.allServers}
      </button>
      {orderCounts(run.statusCounts).map(({ status, count }) => (
        <button key={status} type="button" aria-pressed={state === status} onClick={() => onChange(status)}>
          <Shape tone={toneOf(status)} />
          {words.counts(count, words.status[status] ?? status)}
        </button>
      ))}
    </div>
  );
}

/** One server of a run: how it went there, and if it failed, why and what helps. The whole row is its link. */
function ServerRow(props: { readonly runId: string; readonly server: Server; readonly index: number }) {
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

/** The servers of a run as they are read. */
interface LiveServers {
  readonly list: ServerList | null;
  readonly error: unknown;
  loadMore(): void;
  again(): void;
}

/** Reads the servers of a run in one state, or in all; again whenever `change` differs. */
function useServers(runId: string, state: InstanceInvocationStatus | null, change: number): LiveServers {
  const [list, setList] = useState<ServerList | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const latest = useRef({ list, isReading: false });
  latest.current.list = list;
  useEffect(() => setList(null), [runId, state]);
  useEffect(() => {
    const leave = new AbortController();
    const known = latest.current.list?.servers.length ?? 0;
    readServers(runId, state, known, leave.signal).then(
      (read) => {
        if (leave.signal.aborted) return;
        setList(read);
        setError(null);
      },
      (failure) => !leave.signal.aborted && setError(failure),
    );
    return () => leave.abort();
  }, [runId, state, change, round]);
  const loadMore = useCallback(() => {
    const { list: known, isReading } = latest.current;
    if (known === null || known.next === null || isReading) return;
    latest.current.isReading = true;
    readMoreServers(runId, state, known)
      .then((read) => setList((now) => (now === known ? read : now)), setError)
      .finally(() => {
        latest.current.isReading = false;
      });
  }, [runId, state]);
  return { list, error, loadMore, again: () => setRound((before) => before + 1) };
}
