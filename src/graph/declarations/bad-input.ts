import { InputError } from "#domain";

/**
 * `BAD_USER_INPUT` in the one form of messages that people read.
 * @param place what is wrong, such as `filter.tags[0].key`
 * @param argument the argument that holds it; `place` itself unless told otherwise
 */
export function badInput(place: string, expected: string, got: unknown, argument = place): InputError {
  return new InputError("BAD_USER_INPUT", `\`${place}\`: expected ${expected}, got ${got}.`, argument);
}

/** @throws InputError `BAD_USER_INPUT` for a number below zero */
export function checkCount(argument: string, count: number | null | undefined): void {
  if (count != null && count < 0) throw badInput(argument, "a number from 0 on", count);
}

/** Characters of an id or a name, at most: the vendor's have 128 at most, and what is sent upstream must fit into an address. */
export const TEXT_MAX = 256;

/** @throws InputError `BAD_USER_INPUT` for a text that is longer than any id or name */
export function checkText(place: string, text: string, argument = place): void {
  if (text.length > TEXT_MAX) throw badInput(place, `at most ${TEXT_MAX} characters`, text.length, argument);
}
