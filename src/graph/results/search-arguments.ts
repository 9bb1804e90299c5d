import { Int } from "type-graphql";

import { MAX_CONTEXT_LINES, MAX_MATCHES, MAX_SEARCH_LENGTH, type Services } from "#services";
import { declareArgs, orNull, type ShownMembers } from "../declarations/index.ts";

/** Matches of one output if no other number is asked for. */
export const DEFAULT_MATCHES = 100;

/** What is searched for in many outputs. */
export type OutputSearch = Parameters<Services["searchOutputs"]>[0];

/** What lines are searched for, and how they are shown. */
type SearchWords = Omit<OutputSearch, "first" | "after">;

/** What lines are searched for, and how they are shown. */
export const SEARCH_WORDS: ShownMembers<SearchWords> = {
  text: orNull(
    String,
    `A plain text to look for, in any language, up to ${MAX_SEARCH_LENGTH} characters. Either this or \`pattern\`.`,
  ),
  pattern: orNull(
    String,
    "A regular expression in RE2 syntax, which cannot be made to run away. Either this or `text`.",
  ),
  ignoreCase: orNull(Boolean, "Take capital and small letters for the same. Off if left out."),
  contextLines: orNull(Int, `How many lines to show around each match: 0 to ${MAX_CONTEXT_LINES}, 0 if left out.`),
};

/** What is searched for in one output. */
export interface SearchArgs extends SearchWords {
  readonly limit?: number | null;
}

/** What is searched for in one output. */
export const SearchArgs = declareArgs<SearchArgs>({
  ...SEARCH_WORDS,
  limit: orNull(Int, `At most so many matches, the first ones: 0 to ${MAX_MATCHES}, ${DEFAULT_MATCHES} if left out.`),
});
