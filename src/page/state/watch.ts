import { useEffect, useRef, useState } from "preact/hooks";
import watchRun from "../../../schema/subscriptions/watch-run.graphql";
import { pauseFor } from "./ask.ts";
import { askGateway } from "./gateway.ts";

const RECONNECT_MS = 3_000;

/**
 * Calls `onChange` at each event of a run that is under way, over server-sent events, and once when it is over. While no stream can be
 * had, every 3 s instead, so that the view moves all the same. Resolves to whether a stream is open.
 */
export function useRunChanges(runId: string, isOn: boolean, onChange: () => void): boolean {
  const [isLive, setIsLive] = useState(false);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    if (!isOn) return;
    const leave = new AbortController();
    void watch(runId, leave.signal, { onChange: () => latest.current(), onOpen: setIsLive });
    return () => {
      leave.abort();
      setIsLive(false);
    };
  }, [runId, isOn]);
  return isLive;
}

interface Watcher {
  onChange(): void;
  onOpen(isOpen: boolean): void;
}

async function watch(id: string, signal: AbortSignal, watcher: Watcher): Promise<void> {
  for (;;) {
    try {
      await readStream(id, signal, watcher);
    } catch {
      // A stream that cannot be had costs nothing but promptness: what follows asks instead.
    }
    if (signal.aborted) return;
    watcher.onOpen(false);
    watcher.onChange();
    if (!(await pauseFor(RECONNECT_MS, signal))) return;
  }
}

/** One stream, to its end; each `next` event is a change. */
async function readStream(id: string, signal: AbortSignal, { onChange, onOpen }: Watcher): Promise<void> {
  const response = await askGateway("/graphql/stream", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ query: watchRun, variables: { id } }),
    signal,
  });
  if (!response.ok || response.body === null) return;
  onOpen(true);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let tail = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (tail + value).split("\n");
    tail = lines.pop() ?? "";
    if (lines.some((line) => line.trimEnd() === "event: next")) onChange();
  }
}
