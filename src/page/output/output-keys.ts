import { useKeys } from "../parts/keys.ts";
import type { RowsHandle } from "../parts/virtual-rows.tsx";

/** Keys that move within an output, as pagers have them, and its two switches. */
export function useOutputKeys(keys: {
  readonly control: RowsHandle;
  readonly rowCount: number;
  wrap(): void;
  follow(): void;
}): void {
  const show = (row: number): void =>
    keys.control.current?.show(Math.min(Math.max(row, 0), keys.rowCount - 1), "start");
  const first = (): number => Math.round(keys.control.current?.first() ?? 0);
  const page = (): number => keys.control.current?.page() ?? 1;
  useKeys({
    j: () => show(first() + 1),
    k: () => show(first() - 1),
    " ": () => show(first() + page() - 1),
    g: () => show(0),
    G: () => show(keys.rowCount - 1),
    w: keys.wrap,
    f: keys.follow,
  });
}
