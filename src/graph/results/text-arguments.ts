import { Int } from "type-graphql";

import { isCharset } from "#domain";
import { badInput, checkCount, declareArgs, orNull } from "../declarations/index.ts";

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
  if (charset != null && !isCharset(charset)) {
    const expected = 'a label of the WHATWG Encoding Standard, as "gbk" or "windows-1252"';
    throw badInput("charset", expected, JSON.stringify(charset.slice(0, 40)));
  }
  if (firstLines != null && lastLines != null)
    throw badInput("lastLines", "not both `firstLines` and `lastLines`", "both");
}
