import type { InstanceInvocationStatus } from "cloud-assistant-gateway/client";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { readMoreServers, readServers, type ServerList } from "../state/server-list.ts";

/** The servers of a run as they are read. */
export interface LiveServers {
  readonly list: ServerList | null;
  readonly error: unknown;
  loadMore(): void;
  again(): void;
}

/** Reads the servers of a run in one state, or in all; again whenever `change` differs. */
export function useServers(runId: string, state: InstanceInvocationStatus | null, change: number): LiveServers {
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
