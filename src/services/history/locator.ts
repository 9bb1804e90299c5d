import type { Direction } from "./run-key.ts";
import type { WindowView } from "./window-view.ts";

/** Finds the index where unread records begin when the list has moved since it was last seen. */
export interface Locator {
  /** Index of the first wanted record, as far as is known. */
  readonly index: number;
  /** The list was found to be longer or shorter by this much: everything has probably moved so far. */
  shift(drift: number): void;
  /** The window holds only records in front of the wanted ones, up to the index `reach`. */
  sawShort(view: WindowView, reach: number): void;
  /** The window begins behind the first wanted record, or may do so. */
  sawBeyond(view: WindowView): void;
  /** Starts anew at an index that is known to be right. */
  settle(index: number): void;
}

/** What a locator starts from. */
export interface LocatorStart {
  readonly direction: Direction;
  readonly pageSizeMax: number;
  /** Where the records were last seen; null where that is not known. */
  readonly index: number | null;
}

/**
 * A search by galloping, then halving. Positions are kept as `direction * index`, so that they grow in the direction of
 * reading and the rules are written once.
 */
export function createLocator({ direction, pageSizeMax, index }: LocatorStart): Locator {
  let target = direction * (index ?? 0);
  let isHinted = index !== null;
  let drifted = false;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let step = pageSizeMax;

  const clamp = (position: number, total: number | null): number => {
    if (direction > 0) return Math.max(0, total === null ? position : Math.min(position, Math.max(total, low + 1)));
    return Math.min(0, total === null ? position : Math.max(position, Math.min(1 - total, high - 1)));
  };
  const gallop = (): number => {
    const reach = step;
    step *= 4;
    return reach;
  };
  const choose = (total: number | null): number => {
    if (drifted && target > low && target <= high) return target;
    if (low >= high) {
      // The list moved between two calls so that what they told contradicts itself: only the later one counts.
      low = Number.NEGATIVE_INFINITY;
      high = Number.POSITIVE_INFINITY;
      return target;
    }
    if (Number.isFinite(low) && Number.isFinite(high)) {
      return high - low <= pageSizeMax / 2 ? low + 1 : Math.floor((low + high) / 2);
    }
    if (Number.isFinite(low)) {
      const reach = isHinted ? 0 : gallop();
      isHinted = false;
      return low + 1 + reach;
    }
    // Reading backwards without a hint begins at the list's end, which the total tells.
    if (!isHinted && direction < 0 && total !== null) {
      isHinted = true;
      return 1 - total;
    }
    return high - gallop() / 2;
  };
  const move = (total: number | null): void => {
    const next = clamp(Math.ceil(choose(total)), total);
    drifted = false;
    target = next;
  };

  return {
    get index() {
      return Math.abs(target);
    },
    shift(drift) {
      if (drift === 0) return;
      target += direction * drift;
      low += direction * drift;
      high += direction * drift;
      drifted = true;
    },
    sawShort(view, reach) {
      low = Math.max(low, direction * reach);
      move(view.total);
    },
    sawBeyond(view) {
      high = Math.min(high, direction > 0 ? view.low : -view.high);
      move(view.total);
    },
    settle(next) {
      target = direction * next;
      isHinted = true;
      drifted = false;
      low = Number.NEGATIVE_INFINITY;
      high = Number.POSITIVE_INFINITY;
      step = pageSizeMax;
    },
  };
}
