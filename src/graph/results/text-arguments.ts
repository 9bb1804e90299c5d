import { Int } from "type-graphql";

import { InputError, isCharset } from "#domain";
import { declareArgs, orNull } from "../declarations/index.ts";

/** How much of a text is wanted, and in which form. */
export interface TextArgs {
  readonly charset?: string | null;
  readonly fromByte?: number | null;
  readonly applyOverwriting?: boolean | null;
  readonly stripAnsi?: boolean | null;
  readonly firstLines?: number | null;
  readonly lastLines?: number | null;
  readonly maxBytes?: number | null;
}

/** How much of a text is wanted, and in which form. */
export const TextArgs = declareArgs<TextArgs>({
  charset: orNull(
    String,
    "Decode with this charset instead of the one that was found: a label of the WHATWG Encoding Standard in any case, as `gbk`, " +
      "`windows-1252`, `shift_jis`.",
  ),
  fromByte: orNull(
    Int,
    "Only what lies behind so many of the output's bytes; empty if there are no more. A character that begins before and ends " +
      "behind them is left out: the text begins with the next one. To go on reading, pass the `byteLength` of what was read.",
  ),
  applyOverwriting: orNull(
    Boolean,
    "Show of each line what a terminal shows at its end: what comes behind a carriage return or a backspace overwrites what was " +
      "there, so that a progress bar is one short line. Off if left out.",
  ),
  stripAnsi: orNull(Boolean, "Leave out escape sequences for colours and cursor movements. Off if left out."),
  firstLines: orNull(Int, "Only so many lines from the start. Not together with `lastLines`."),
  lastLines: orNull(Int, "Only so many lines from the end. Not together with `firstLines`."),
  maxBytes: orNull(Int, "At most so many bytes of UTF-8, cut between two characters; applied after everything else."),
});

/** @throws InputError `BAD_USER_INPUT` that names the argument */
export function checkTextArgs({ charset, fromByte, firstLines, lastLines, maxBytes }: TextArgs): void {
  checkCount("firstLines", firstLines);
  checkCount("lastLines", lastLines);
  checkCount("maxBytes", maxBytes);
  checkCount("fromByte", fromByte);
  checkCharset(charset);
  if (firstLines != null && lastLines != null) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`lastLines`: expected not both `firstLines` and `lastLines`, got both.",
      "lastLines",
    );
  }
}

function checkCount(argument: string, count: number | null | undefined): void {
  if (count == null || count >= 0) return;
  throw new InputError("BAD_USER_INPUT", `\`${argument}\`: expected a number from 0 on, got ${count}.`, argument);
}

function checkCharset(charset: string | null | undefined): void {
  if (charset == null || isCharset(charset)) return;
  const got = JSON.stringify(charset.slice(0, 40));
  throw new InputError(
    "BAD_USER_INPUT",
    `\`charset\`: expected a label of the WHATWG Encoding Standard, as "gbk" or "windows-1252", got ${got}.`,
    "charset",
  );
}
