import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { firstRowAt, heightOf, topOfRow } from "../state/virtual.ts";

type Where = "nearest" | "start" | "middle" | "end";

/** What others may do with a list of rows. */
export interface RowsControl {
  /** Brings a row into view; `start` puts it at the top, `middle` moves only if it is out of view. */
  show(row: number, where: Where): void;
  /** Index of the first row in view. */
  first(): number;
  /** How many rows fit into view. */
  page(): number;
}

/** Where a list puts its control while it is shown. */
export interface RowsHandle {
  current: RowsControl | null;
}

/** A list of rows of one height, of which only those in view exist. */
export interface VirtualRowsProps {
  readonly count: number;
  /** In pixels. */
  readonly rowHeight: number;
  readonly row: (index: number) => ComponentChildren;
  readonly label: string;
  /** Whether the rows are items of a list. */
  readonly isList?: boolean;
  readonly control?: RowsHandle;
  /** Called as the reader scrolls, with whether the first and the last row are in view. */
  readonly onMove?: (isAtTop: boolean, isAtEnd: boolean) => void;
  /** Called when fewer than a page of rows follow. */
  readonly onNearEnd?: () => void;
  /** What stands behind the last row. */
  readonly end?: ComponentChildren;
  /** Where the scroll position outlives the list. */
  readonly memory?: { scrollTop: number };
}

const OVERSCAN = 8;
/** Of what stands behind the last row. */
const END_HEIGHT = 40;
const BORDERS = 2;

/** Draws the rows in view and some around them. Beyond what browsers can scroll, the scroll bar moves in larger steps. */
export function VirtualRows(props: VirtualRowsProps) {
  const { count, rowHeight, row } = props;
  const Rows = props.isList === true ? "ul" : "div";
  const box = useRef<HTMLElement>(null);
  const [top, setTop] = useState(0);
  const viewHeight = useHeight(box);
  const view = { count, rowHeight, viewHeight };
  const exact = firstRowAt(view, top);
  const from = Math.max(0, Math.floor(exact) - OVERSCAN);
  const until = Math.min(count, Math.ceil(exact + viewHeight / rowHeight) + OVERSCAN);
  const offset = top - (exact - from) * rowHeight;
  useControl(props, box, view);
  useLayoutEffect(() => askForMore(props, view, until), [count, viewHeight, until]);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = props.memory?.scrollTop ?? 0;
  }, []);
  const onScroll = (): void => {
    const scrollTop = box.current?.scrollTop ?? 0;
    setTop(scrollTop);
    if (props.memory !== undefined) props.memory.scrollTop = scrollTop;
    // Reckoned, since asking the browser for a height in the midst of scrolling makes it lay out everything.
    props.onMove?.(scrollTop <= 1, heightOf(view) - scrollTop - viewHeight <= 4);
  };
  const rows = Array.from({ length: Math.max(0, until - from) }, (_, index) => row(from + index));
  // A short list ends behind its last row.
  const height = heightOf(view) + (props.end ? END_HEIGHT : 0) + BORDERS;
  const style = props.isList === true ? { flex: `0 1 ${height}px` } : {};
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section ref={box} class="rows" style={style} onScroll={onScroll} tabIndex={0} aria-label={props.label}>
      <div class="rows-room" style={{ height: `${heightOf(view)}px` }}>
        <Rows class="rows-view" style={{ transform: `translateY(${offset}px)` }}>
          {rows}
        </Rows>
      </div>
      {props.end}
    </section>
  );
}

function askForMore(props: VirtualRowsProps, { viewHeight, rowHeight }: View, until: number): void {
  if (viewHeight > 0 && props.count - until < viewHeight / rowHeight) props.onNearEnd?.();
}

function useHeight(box: { readonly current: HTMLElement | null }): number {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    setHeight(element.clientHeight);
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return height;
}

type View = Parameters<typeof firstRowAt>[0];

function useControl({ control }: VirtualRowsProps, box: { readonly current: HTMLElement | null }, view: View): void {
  const latest = useRef(view);
  latest.current = view;
  useLayoutEffect(() => {
    if (control === undefined) return;
    control.current = {
      show: (row, where) => show(box.current, latest.current, row, where),
      first: () => firstRowAt(latest.current, box.current?.scrollTop ?? 0),
      page: () => Math.max(1, Math.floor(latest.current.viewHeight / latest.current.rowHeight)),
    };
    return () => {
      control.current = null;
    };
  }, [control]);
}

function show(box: HTMLElement | null, drawn: View, row: number, where: Where): void {
  if (box === null) return;
  // Measured now: the first drawing does not know the height yet.
  const view = { ...drawn, viewHeight: box.clientHeight };
  const first = firstRowAt(view, box.scrollTop);
  const fitting = view.viewHeight / view.rowHeight;
  const isInView = row >= first && row + 1 <= first + fitting;
  if ((where === "nearest" || where === "middle") && isInView) return;
  if (where === "middle") {
    box.scrollTop = topOfRow(view, row - fitting / 2);
    return;
  }
  const isBelow = where === "end" || (where === "nearest" && row > first);
  box.scrollTop = topOfRow(view, isBelow ? row + 1 - fitting : row);
}
