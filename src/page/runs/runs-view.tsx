import { useRef } from "preact/hooks";
import { Failure } from "../parts/failure.tsx";
import { useKeys, useRowKeys } from "../parts/keys.ts";
import { SourcesNotice, type SourceView } from "../parts/sources.tsx";
import { HiddenTitle, useTitle } from "../parts/title.tsx";
import { type RowsControl, VirtualRows } from "../parts/virtual-rows.tsx";
import { describeFailure, isAboutIdentity } from "../state/describe-failure.ts";
import { countFilters, NO_FILTERS, readFilters, writeFilters } from "../state/filters.ts";
import { useNarrow } from "../state/narrow.ts";
import { goTo } from "../state/navigation.ts";
import { useWords } from "../words/words.ts";
import { FilterBar } from "./filter-bar.tsx";
import { RunRow } from "./run-row.tsx";
import { type LiveRunList, useRunList } from "./use-run-list.ts";

/** The list of runs, which moves as runs come and change. */
export function RunsView({ search, sources }: { readonly search: string; readonly sources: readonly SourceView[] }) {
  const words = useWords();
  useTitle(words.runs);
  const filters = readFilters(search);
  const live = useRunList(filters);
  const isEmpty = live.list !== null && live.list.runs.length === 0;
  const isSilent = isEmpty && live.list.hasMore && live.list.sources.every(({ ok }) => !ok);
  const isReading = live.error === null && !isSilent && (live.list === null || (isEmpty && live.list.hasMore));
  // Somebody who has to sign in first has nothing to filter.
  const isOut = live.list === null && live.error !== null && isAboutIdentity(describeFailure(live.error));
  const isFiltered = countFilters(filters) > 0 || filters.state !== "all";
  useKeys({ "/": () => document.querySelector<HTMLElement>('input[name="command"]')?.focus() });
  return (
    <main class="view runs" id="content">
      <HiddenTitle name={words.runs} />
      {!isOut && (
        <FilterBar
          filters={filters}
          sources={sources}
          onChange={(next) => goTo(`/${writeFilters(next)}`, { replace: true })}
        />
      )}
      {live.error !== null && <Failure error={live.error} again={live.again} />}
      {live.list !== null && <SourcesNotice sources={live.list.sources} {...(isSilent && { again: live.again })} />}
      {isReading && <p class="blank">{words.loading}</p>}
      {live.list !== null && !isEmpty && <Rows live={live} sources={sources} key={writeFilters(filters)} />}
      {isEmpty && !live.list.hasMore && <Nothing isFiltered={isFiltered} />}
    </main>
  );
}

const ROW_HEIGHT = 33;
const NARROW_ROW_HEIGHT = 64;

function Rows({ live, sources }: { readonly live: LiveRunList; readonly sources: readonly SourceView[] }) {
  const words = useWords();
  const control = useRef<RowsControl>(null);
  const isNarrow = useNarrow();
  const { runs = [], hasMore = false } = live.list ?? {};
  const showsAccount = new Set(sources.map(({ account }) => account)).size > 1;
  useRowKeys(runs.length, control);
  return (
    <>
      <RunColumns />
      <Arrivals live={live} onShow={() => control.current?.show(0, "start")} />
      <VirtualRows
        label={words.runs}
        isList
        control={control}
        memory={live.memory}
        count={runs.length}
        rowHeight={isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
        row={(index) => {
          const run = runs[index];
          return run && <RunRow key={run.id} run={run} index={index} showsAccount={showsAccount} />;
        }}
        onMove={(isAtTop) => live.hold(!isAtTop)}
        onNearEnd={live.loadMore}
        end={<p class="rows-end muted">{hasMore ? words.loadingMore : words.end}</p>}
      />
    </>
  );
}

function RunColumns() {
  const { columns } = useWords();
  return (
    <div class="row run-row columns" aria-hidden="true">
      <span>{columns.status}</span>
      <span>{columns.age}</span>
      <span>{columns.command}</span>
      <span>{columns.servers}</span>
      <span>{columns.source}</span>
    </div>
  );
}

function Arrivals({ live, onShow }: { readonly live: LiveRunList; readonly onShow: () => void }) {
  const words = useWords();
  const count = live.list?.arrivals.length ?? 0;
  const show = (): void => {
    live.admit();
    onShow();
  };
  return (
    <div class="arrivals" aria-live="polite">
      {count > 0 && (
        <button type="button" onClick={show}>
          ↑ {words.newRuns(count)}
        </button>
      )}
    </div>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  const words = useWords();
  return (
    <div class="blank">
      <p>{isFiltered ? words.noRuns : words.noRunsAtAll}</p>
      {isFiltered && (
        <button type="button" onClick={() => goTo(`/${writeFilters(NO_FILTERS)}`, { replace: true })}>
          {words.filters.clear}
        </button>
      )}
    </div>
  );
}
