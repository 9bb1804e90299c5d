import type { SourcesQuery } from "cloud-assistant-gateway/client";
import { useState } from "preact/hooks";
import { type Source, sourceKey } from "../state/run-list.ts";
import { useWords } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";
import { Shape } from "./status.tsx";
import { Age, Instant } from "./times.tsx";

/** A source as the page's questions select it. */
export interface SourceView extends Omit<Source, "error"> {
  readonly error: (NonNullable<Source["error"]> & Partial<FullError>) | null;
}

type FullError = NonNullable<NonNullable<SourcesQuery["sources"]>[number]["error"]>;

/** One line about all sources; a click names each of them. */
export function SourcesButton(props: { readonly sources: readonly SourceView[]; readonly readAt: number | null }) {
  const words = useWords();
  const [isOpen, setIsOpen] = useState(false);
  const failing = props.sources.filter(({ ok }) => !ok).length;
  const lagging = props.sources.filter(isLagging).length;
  if (props.sources.length === 0) return null;
  return (
    <>
      <button type="button" class={`quiet sources-button ${failing > 0 ? "bad" : ""}`} onClick={() => setIsOpen(true)}>
        <Shape tone={failing > 0 ? "bad" : lagging > 0 ? "waiting" : "good"} />
        <span>
          {failing > 0 && words.sources.failing(failing, props.sources.length)}
          {failing === 0 && lagging > 0 && words.sources.lagging(lagging)}
          {failing === 0 && lagging === 0 && words.sources.allOk(props.sources.length)}
        </span>
      </button>
      {isOpen && (
        <Dialog title={words.sources.title} onClose={() => setIsOpen(false)}>
          <ul class="sources">
            {[...props.sources].sort(failingFirst).map((source) => (
              <SourceItem key={sourceKey(source)} source={source} readAt={props.readAt} />
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

/** Names the sources whose rows are missing, above the rows that are there; with `again`, nothing else is there. */
export function SourcesNotice({
  sources,
  again,
}: {
  readonly sources: readonly SourceView[];
  readonly again?: () => void;
}) {
  const words = useWords();
  const failing = sources.filter(({ ok }) => !ok);
  if (failing.length === 0) return null;
  const [first] = failing;
  const names = failing.map(({ provider, regionId }) => `${provider} ${regionId}`).join(", ");
  return (
    <p class="notice bad" role={again === undefined ? "status" : "alert"}>
      <Shape tone="bad" />
      <span>
        <b>{names}</b> {words.sources.missing(failing.length)} <span lang="en">{first?.error?.message}</span>
      </span>
      {again !== undefined && (
        <button type="button" onClick={again}>
          {words.retry}
        </button>
      )}
    </p>
  );
}

function SourceItem({ source, readAt }: { readonly source: SourceView; readonly readAt: number | null }) {
  const words = useWords();
  const { provider, regionId, account, ok, error, asOf } = source;
  return (
    <li>
      <p>
        <Shape tone={ok ? (isLagging(source) ? "waiting" : "good") : "bad"} />
        <b>
          {provider} {regionId}
        </b>{" "}
        <span class="muted">{account}</span> {ok && <span class="muted">{words.sources.ok}</span>}
        {isLagging(source) && <span> {words.sources.incomplete}</span>}
      </p>
      {error !== null && (
        <p class="source-error">
          <code>{error.code}</code> <span lang="en">{error.message}</span>{" "}
          {error.retryable ? words.sources.retryable : words.sources.notRetryable}
        </p>
      )}
      {error?.upstreamCode && (
        <p class="muted">
          <code>{error.upstreamCode}</code> {error.requestId && `${words.sources.requestId} ${error.requestId}`}
        </p>
      )}
      {asOf !== null ? (
        <p class="muted">
          {words.sources.asOf} <Age time={asOf} />
        </p>
      ) : (
        !ok &&
        readAt !== null && (
          <p class="muted">
            {words.sources.readAt} <Instant time={new Date(readAt).toISOString()} />
          </p>
        )
      )}
    </li>
  );
}

const isLagging = ({ ok, isComplete }: SourceView): boolean => ok && !isComplete;

function failingFirst(one: SourceView, other: SourceView): number {
  return Number(one.ok) - Number(other.ok) || (sourceKey(one) < sourceKey(other) ? -1 : 1);
}
