import { useState } from "preact/hooks";
import type { SourceView } from "../parts/sources.tsx";
import { countFilters, type Filters, isProvider, NO_FILTERS } from "../state/filters.ts";
import { useWords } from "../words/words.ts";
import { SpanFields } from "./span-fields.tsx";

/** What the bar of filters shows and changes. */
export interface FilterBarProps {
  readonly filters: Filters;
  readonly sources: readonly SourceView[];
  readonly onChange: (filters: Filters) => void;
}

const STATES = ["all", "failed", "running"] as const;

/** The filters of the list of runs. On narrow screens all but the state fold away. */
export function FilterBar({ filters, sources, onChange }: FilterBarProps) {
  const words = useWords();
  const [isOpen, setIsOpen] = useState(false);
  const set = (change: Partial<Filters>): void => onChange({ ...filters, ...change });
  const count = countFilters(filters);
  return (
    <search class={`filters ${isOpen ? "open" : ""}`} aria-label={words.filters.label}>
      <div class="segments">
        {STATES.map((state) => (
          <button key={state} type="button" aria-pressed={filters.state === state} onClick={() => set({ state })}>
            {words.filters[state]}
          </button>
        ))}
      </div>
      <button type="button" class="fold" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {words.filters.more} {count > 0 && `(${count})`}
      </button>
      <div class="fields">
        <TextField
          label={words.filters.command}
          name="command"
          value={filters.commandName}
          set={(commandName) => set({ commandName })}
        />
        <ServerField value={filters.instanceId} set={(instanceId) => set({ instanceId })} />
        <SourceFields filters={filters} sources={sources} set={set} />
        <SpanFields filters={filters} set={set} />
        {count > 0 && (
          <button type="button" class="quiet" onClick={() => onChange({ ...NO_FILTERS, state: filters.state })}>
            {words.filters.clear}
          </button>
        )}
      </div>
    </search>
  );
}

function SourceFields(props: {
  readonly filters: Filters;
  readonly sources: readonly SourceView[];
  readonly set: (change: Partial<Filters>) => void;
}) {
  const words = useWords();
  const { filters, sources, set } = props;
  const accounts = unique(sources.map(({ account }) => account));
  return (
    <>
      <Choice
        label={words.filters.product}
        value={filters.provider}
        options={unique(sources.map(({ provider }) => provider))}
        set={(value) => set({ provider: isProvider(value) ? value : "" })}
      />
      <Choice
        label={words.filters.region}
        value={filters.regionId}
        options={unique(sources.map(({ regionId }) => regionId))}
        set={(regionId) => set({ regionId })}
      />
      {(accounts.length > 1 || filters.account !== "") && (
        <Choice
          label={words.filters.account}
          value={filters.account}
          options={accounts}
          set={(account) => set({ account })}
        />
      )}
    </>
  );
}

function ServerField({ value, set }: { readonly value: string; readonly set: (value: string) => void }) {
  const words = useWords();
  const isId = value === "" || /^(m?i-|[0-9a-f]{32}$)/i.test(value);
  return (
    <TextField
      label={words.filters.server}
      name="server"
      value={value}
      set={set}
      {...(!isId && { hint: words.filters.serverHint })}
    />
  );
}

function TextField(props: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly hint?: string;
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input
        type="search"
        name={props.name}
        value={props.value}
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        onChange={(event) => props.set(event.currentTarget.value.trim())}
      />
      {props.hint !== undefined && <small>{props.hint}</small>}
    </label>
  );
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly set: (value: string) => void;
}) {
  const words = useWords();
  const options = unique([...props.options, ...(props.value === "" ? [] : [props.value])]);
  return (
    <label class="field">
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
        <option value="">{words.filters.any}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
