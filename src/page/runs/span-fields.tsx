import { useState } from "preact/hooks";
import type { Filters } from "../state/filters.ts";
import { useWords } from "../words/words.ts";

const BETWEEN = "between";

/** Since when, or between which times, runs are meant. */
export function SpanFields(props: { readonly filters: Filters; readonly set: (change: Partial<Filters>) => void }) {
  const { filters, set } = props;
  const words = useWords().filters;
  const [isBetween, setIsBetween] = useState(filters.from !== "" || filters.until !== "");
  const isShown = isBetween || filters.from !== "" || filters.until !== "";
  const choose = (value: string): void => {
    setIsBetween(value === BETWEEN);
    set(value === BETWEEN ? { since: "" } : { since: value, from: "", until: "" });
  };
  return (
    <>
      <label class="field">
        <span>{words.since}</span>
        <select value={isShown ? BETWEEN : filters.since} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">{words.anyTime}</option>
          {Object.entries(words.spans).map(([span, name]) => (
            <option key={span} value={span}>
              {name}
            </option>
          ))}
          <option value={BETWEEN}>{words.between}</option>
        </select>
      </label>
      {isShown && <TimeField label={words.from} value={filters.from} set={(from) => set({ from, since: "" })} />}
      {isShown && <TimeField label={words.until} value={filters.until} set={(until) => set({ until, since: "" })} />}
    </>
  );
}

function TimeField(props: { readonly label: string; readonly value: string; readonly set: (value: string) => void }) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input type="datetime-local" value={props.value} onChange={(event) => props.set(event.currentTarget.value)} />
    </label>
  );
}
