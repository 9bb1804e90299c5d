import { InputError } from "#domain";
import type { PageArguments } from "#services";

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

/** Paging arguments that were found good. */
export interface CheckedPage {
  readonly size: number;
  readonly isBackwards: boolean;
}

/**
 * The rules of every list: `first`/`after` or `last`/`before`, 20 unless told otherwise, at most 100.
 * @throws InputError `BAD_USER_INPUT` that names the argument, what was expected and what came
 */
export function checkPageArguments({ first, after, last, before }: PageArguments): CheckedPage {
  if (first != null && last != null) throw refuse("last", "not both first and last", last);
  if (first != null && before != null) throw refuse("before", "after together with first, before with last", before);
  if (last != null && after != null) throw refuse("after", "before together with last, after with first", after);
  if (after != null && before != null) throw refuse("before", "not both after and before", before);
  const isBackwards = last != null || before != null;
  const size = (isBackwards ? last : first) ?? DEFAULT_PAGE_SIZE;
  if (size < 0 || size > MAX_PAGE_SIZE || !Number.isInteger(size)) {
    throw refuse(isBackwards ? "last" : "first", `a whole number from 0 to ${MAX_PAGE_SIZE}`, size);
  }
  return { size, isBackwards };
}

function refuse(argument: string, expected: string, got: string | number): InputError {
  const shown = typeof got === "string" ? "a cursor" : String(got);
  return new InputError("BAD_USER_INPUT", `${argument}: expected ${expected}, got ${shown}.`, argument);
}
