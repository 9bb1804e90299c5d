import { useRef } from "preact/hooks";
import { CopyButton } from "../parts/copy-button.tsx";
import { useKeys } from "../parts/keys.ts";
import { useWords } from "../words/words.ts";
import { type ServerOutput, saveText } from "./download.ts";
import type { Search } from "./use-search.ts";

/** What can be done with the text: search, wrap, follow, copy, download. */
export function OutputTools(props: {
  readonly server: ServerOutput;
  readonly raw: string;
  readonly lineCount: number;
  readonly search: Search;
  readonly isWrapped: boolean;
  readonly follows: boolean;
  readonly onWrap: () => void;
  readonly onFollow: () => void;
}) {
  const words = useWords();
  const { server, raw } = props;
  const bytes = server.result?.output?.byteLength ?? 0;
  return (
    <div class="tools output-tools">
      <SearchField search={props.search} />
      <button type="button" aria-pressed={props.isWrapped} onClick={props.onWrap}>
        {words.output.wrap}
      </button>
      {!server.isFinal && (
        <button type="button" aria-pressed={props.follows} onClick={props.onFollow}>
          {words.output.follow}
        </button>
      )}
      <CopyButton text={raw} label={words.output.copyOutput} />
      <button type="button" class="quiet" onClick={() => saveText(server, raw)}>
        {words.output.download}
      </button>
      <span class="muted">
        {words.output.lines(props.lineCount)}, {words.output.bytes(bytes)}
      </span>
    </div>
  );
}

function SearchField({ search }: { readonly search: Search }) {
  const words = useWords().output;
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => field.current?.focus() });
  const { starts, isCapped } = search.matches;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") search.move(event.shiftKey ? -1 : 1);
  };
  return (
    <search class="find">
      <input
        ref={field}
        type="search"
        aria-label={words.search}
        placeholder={words.search}
        value={search.wanted}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => search.look(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span class="muted" aria-live="polite">
        {search.wanted !== "" &&
          (starts.length === 0 ? words.noMatches : words.matches(search.current + 1, starts.length, isCapped))}
      </span>
      {starts.length > 0 && (
        <>
          <button type="button" class="quiet" aria-label={words.previous} onClick={() => search.move(-1)}>
            ↑
          </button>
          <button type="button" class="quiet" aria-label={words.next} onClick={() => search.move(1)}>
            ↓
          </button>
        </>
      )}
    </search>
  );
}
