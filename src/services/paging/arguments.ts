import { InputError } from "#domain";
import type { PageArguments } from "../contract/index.ts";

const SIZE_DEFAULT = 20;
const SIZE_MAX = 100;

/** What the four paging arguments mean. */
export interface PageRequestArguments {
  readonly direction: 1 | -1;
  /** How many rows are wanted, 0 to 100. */
  readonly size: number;
  /** The cursor from which the page begins, in its direction; null at the list's beginning. */
  readonly cursor: string | null;
  /** The argument that the cursor came in. */
  readonly cursorArgument: "after" | "before";
}

/**
 * Checks `first`/`after` and `last`/`before` (GraphQL Cursor Connections Specification, section 4): one pair or the other;
 * `before` alone means `last: 20`, nothing at all `first: 20`.
 * @throws InputError `BAD_USER_INPUT` naming the argument.
 */
export function readPageArguments(args: PageArguments): PageRequestArguments {
  const first = checkSize("first", args.first);
  const last = checkSize("last", args.last);
  if (first !== null && last !== null) throw refusal("last", "none beside `first`", String(last));
  const after = args.after ?? null;
  const before = args.before ?? null;
  if (after !== null && before !== null) throw refusal("before", "none beside `after`", "both");
  const isBackward = last !== null || (first === null && before !== null);
  if (isBackward && after !== null) throw refusal("after", "none beside `last`, which goes with `before`", "both");
  if (!isBackward && before !== null) throw refusal("before", "none beside `first`, which goes with `after`", "both");
  return isBackward
    ? { direction: -1, size: last ?? SIZE_DEFAULT, cursor: before, cursorArgument: "before" }
    : { direction: 1, size: first ?? SIZE_DEFAULT, cursor: after, cursorArgument: "after" };
}

function checkSize(argument: "first" | "last", size: number | null | undefined): number | null {
  if (size === null || size === undefined) return null;
  if (Number.isInteger(size) && size >= 0 && size <= SIZE_MAX) return size;
  throw refusal(argument, `a whole number from 0 to ${SIZE_MAX}`, String(size));
}

function refusal(argument: string, expected: string, came: string): InputError {
  return new InputError("BAD_USER_INPUT", `\`${argument}\`: expected ${expected}, got ${came}.`, argument);
}
