import type { InstanceInvocationStatus } from "cloud-assistant-gateway/client";
import { useRef, useState } from "preact/hooks";
import { Failure } from "../parts/failure.tsx";
import { useRowKeys } from "../parts/keys.ts";
import { Shape } from "../parts/status.tsx";
import { type RowsControl, VirtualRows } from "../parts/virtual-rows.tsx";
import { useNarrow } from "../state/narrow.ts";
import { orderCounts, toneOf } from "../state/statuses.ts";
import { useWords } from "../words/words.ts";
import { Reasons } from "./reasons.tsx";
import type { RunDetails } from "./run-head.tsx";
import { ServerRow } from "./server-row.tsx";
import { useServers } from "./use-servers.ts";

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
