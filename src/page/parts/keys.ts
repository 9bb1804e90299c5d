import { useLayoutEffect, useRef } from "preact/hooks";
import type { RowsHandle } from "./virtual-rows.tsx";

/** What each key does, by `KeyboardEvent.key`. */
export type Keys = Readonly<Record<string, () => void>>;

/** Listens to single keys while the view is shown. Fields and dialogs keep theirs; Escape leaves a field. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  // What can be seen can be steered: an effect after the drawing would lose a key pressed at once.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]") !== null) return;
      if (isField(event.target)) {
        if (event.key === "Escape") (event.target as HTMLElement).blur();
        return;
      }
      const act = latest.current[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea");
}

/** j and k: move the focus from row to row. Enter then opens the row, since its link has the focus. */
export function useRowKeys(count: number, control: RowsHandle): void {
  const last = useRef(-1);
  const move = (step: number): void => {
    const from = focusedRow() ?? last.current;
    const row = Math.min(Math.max(from + step, 0), count - 1);
    last.current = row;
    control.current?.show(row, "nearest");
    requestAnimationFrame(() => requestAnimationFrame(() => focusRow(row)));
  };
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
}

function focusedRow(): number | null {
  const row = document.activeElement?.closest<HTMLElement>("[data-row]") ?? null;
  return row === null ? null : Number(row.dataset.row);
}

function focusRow(row: number): void {
  document.querySelector<HTMLElement>(`[data-row="${row}"] a`)?.focus({ preventScroll: true });
}
