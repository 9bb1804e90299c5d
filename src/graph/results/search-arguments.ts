import { ArgsType, Field, Int } from "type-graphql";

import { MAX_CONTEXT_LINES, MAX_MATCHES, MAX_SEARCH_LENGTH } from "#services";

/** Matches of one output if no other number is asked for. */
export const DEFAULT_MATCHES = 100;

/** What lines are searched for, and how they are shown. */
@ArgsType()
export abstract class SearchWords {
  @Field(() => String, {
    nullable: true,
    description: `A plain text to look for, in any language, up to ${MAX_SEARCH_LENGTH} characters. Either this or \`pattern\`.`,
  })
  readonly text?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression in RE2 syntax, which cannot be made to run away. Either this or `text`.",
  })
  readonly pattern?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Take capital and small letters for the same. Off if left out.",
  })
  readonly ignoreCase?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many lines to show around each match: 0 to ${MAX_CONTEXT_LINES}, 0 if left out.`,
  })
  readonly contextLines?: number | null;
}

/** What is searched for in one output. */
@ArgsType()
export class SearchArgs extends SearchWords {
  @Field(() => Int, {
    nullable: true,
    description: `At most so many matches, the first ones: 0 to ${MAX_MATCHES}, ${DEFAULT_MATCHES} if left out.`,
  })
  readonly limit?: number | null;
}
