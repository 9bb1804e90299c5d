import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { readAnsi, type StyledText } from "../text/ansi.ts";
import { layOut, type TextRows, UNWRAPPED_COLUMNS } from "../text/text-rows.ts";

/** An output made ready to be drawn row by row. */
interface PreparedText {
  readonly styled: StyledText;
  readonly rows: TextRows;
  /** Of a row. */
  readonly columns: number;
}

/** Reads the colours of the text, and lays it out for the width of `frame`; again only when one of them changes. */
export function usePreparedText(
  raw: string,
  isWrapped: boolean,
  frame: { readonly current: HTMLElement | null },
): PreparedText {
  const styled = useMemo(() => readAnsi(raw), [raw]);
  const fitting = useColumns(frame, String(styled.text.length).length);
  const columns = isWrapped ? fitting : UNWRAPPED_COLUMNS;
  const rows = useMemo(() => layOut(styled.text, columns), [styled, columns]);
  return { styled, rows, columns };
}

const LEAST_COLUMNS = 20;
const SAMPLE = "0".repeat(100);

/** How many characters of the output's font fit beside line numbers of so many digits; 80 until it was measured. */
function useColumns(frame: { readonly current: HTMLElement | null }, digits: number): number {
  const [columns, setColumns] = useState(80);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = (): void => {
      const character = measureCharacter(element);
      const room = element.clientWidth / character - Math.max(4, digits) - 5;
      setColumns(Math.max(LEAST_COLUMNS, Math.floor(room)));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [digits]);
  return columns;
}

function measureCharacter(element: HTMLElement): number {
  const probe = document.createElement("span");
  probe.className = "probe";
  probe.textContent = SAMPLE;
  element.append(probe);
  const { width } = probe.getBoundingClientRect();
  probe.remove();
  return Math.max(1, width / SAMPLE.length);
}
