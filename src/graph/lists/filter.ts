import type { InvocationFilter as Filter, InputError, TagQuery } from "#domain";
import type { ResultFilter, Services } from "#services";
import {
  always,
  badInput,
  CommandTypeEnum,
  checkText,
  DateTime,
  declareInput,
  InstanceInvocationStatusEnum,
  InvocationStatusEnum,
  orNull,
  ProviderEnum,
  SafeInt,
} from "../declarations/index.ts";
import { requireSource, SOURCE_WORDS, type SourceWords } from "../sources/index.ts";

/** Members as clients give them: absent or null says the same. */
export type Optional<Shape> = { readonly [Member in keyof Shape]?: Shape[Member] | null };

/** A label that a run has to carry, as clients say it. */
type TagFilter = Optional<TagQuery> & { readonly key?: string };

/** A label that a run has to carry. */
const TagFilter = declareInput<TagFilter>("TagFilter", "A label that a run has to carry.", {
  key: always(String, "What the label is about: at most 64 characters that do not begin with `aliyun` or `acs:`."),
  value: orNull(String, "What it says, at most 128 characters; any value if left out."),
});

const OWN =
  "No upstream has this filter: runs are read within the operation's budget, and the cursor goes on behind them.";

/** Which runs of all sources are meant, as clients say it. */
export type InvocationFilter = Optional<Omit<Filter, "tags" | "instanceKeyIn">> & {
  readonly tags?: readonly TagFilter[] | null;
};

/** Which runs of all sources are meant. */
export const InvocationFilter = declareInput<InvocationFilter>(
  "InvocationFilter",
  "Which runs are meant. Fields are joined by and; a list means any of its members, at most 500, and an empty one matches nothing. " +
    "Neither does a product, a region or an account that none of the `sources` has: `sources` then names none.",
  {
    providerIn: orNull([ProviderEnum], "Only runs of these products."),
    regionIdIn: orNull([String], "Only runs in these regions."),
    accountIn: orNull([String], "Only runs of these accounts, by alias."),
    statusIn: orNull([InvocationStatusEnum], "Only runs in one of these states."),
    invokeId: orNull(String, "Only the run with this id."),
    commandId: orNull(String, "Only runs of the command with this id."),
    commandName: orNull(String, "Only runs of commands with this name."),
    commandType: orNull(CommandTypeEnum, "Only runs of this kind of script."),
    instanceId: orNull(String, "Only runs that touched the instance with this id."),
    timed: orNull(
      Boolean,
      "Only runs that have a schedule or run at a boot, also if that is over, or only the others.",
    ),
    tags: orNull(
      [TagFilter],
      "Only runs that carry all of these labels: at most 20, each key once. ECS alone has them.",
    ),
    resourceGroupId: orNull(String, "Only runs that were started with this resource group. ECS alone has them."),
    createdAfter: orNull(DateTime, "Only runs handed in at this instant or later."),
    createdBefore: orNull(DateTime, "Only runs handed in before this instant."),
    instanceStatusIn: orNull(
      [InstanceInvocationStatusEnum],
      `Only runs with an instance in one of these states, also while the run goes on. ${OWN}`,
    ),
    instanceNameContains: orNull(
      String,
      "Only runs that touched a server whose name holds this, in any case. Costs one call for 100 servers of a source, once a " +
        `minute; servers that are gone have no name. ${OWN}`,
    ),
    commandNameContains: orNull(String, `Only runs of commands whose name holds this, in any case. ${OWN}`),
    errorCodeIn: orNull(
      [String],
      `Only runs with an instance that failed with one of these of the vendor's codes, as \`ClientNotRunning\`. ${OWN}`,
    ),
    exitCodeIn: orNull([SafeInt], `Only runs with an instance whose script ended with one of these exit codes. ${OWN}`),
    finishedAfter: orNull(
      DateTime,
      `Only runs that were over at this instant or later; not those whose end is not known. ${OWN}`,
    ),
    finishedBefore: orNull(
      DateTime,
      `Only runs that were over before this instant; not those whose end is not known. ${OWN}`,
    ),
    repeatModeIn: orNull(
      [String],
      `Only runs with one of these repeat modes, in the vendor's words, as \`Once\` or \`Period\`. ${OWN}`,
    ),
  },
);

/** Which results are meant, as clients say it. */
export type InvocationResultFilter = Optional<Omit<ResultFilter, "source">> & SourceWords;

/** Which results are meant; they all come from one source. */
export const InvocationResultFilter = declareInput<InvocationResultFilter>(
  "InvocationResultFilter",
  "Which results are meant. At least one of invokeId, instanceId and commandId has to be given; a list holds at most 500 values.",
  {
    ...SOURCE_WORDS,
    invokeId: orNull(String, "Only results of the run with this id."),
    instanceId: orNull(String, "Only results on the instance with this id."),
    commandId: orNull(String, "Only results of the command with this id."),
    statusIn: orNull([InstanceInvocationStatusEnum], "Only results in one of these states."),
    includeHistory: orNull(
      Boolean,
      "Every execution of a repeated command instead of the latest only. Needs `invokeId`.",
    ),
  },
);

/**
 * The domain's filter; what is null restricts as little as what is left out.
 * @throws InputError `BAD_USER_INPUT` for a blank text, which no run can match and an upstream could take for no filter, and for
 * labels that no run can bear
 */
export function toInvocationFilter(filter: InvocationFilter | null | undefined): Filter {
  const { tags, ...rest } = filter ?? {};
  const restricting = present<Omit<Filter, "tags">>(rest);
  if (tags == null) return restricting;
  // The vendor has labels that say nothing.
  const labels = tags.map(({ key = "", value }): TagQuery => ({ key, ...(value == null ? {} : { value }) }));
  checkTags(labels);
  return { ...restricting, tags: labels };
}

/**
 * The filter of results, with its source found.
 * @throws InputError `BAD_USER_INPUT` for an unknown account or region, a blank text, or where all three ids are missing
 */
export function toResultFilter(input: InvocationResultFilter, services: Services): ResultFilter {
  const { provider, regionId, account, ...rest } = input;
  const filter = present<Omit<ResultFilter, "source">>(rest);
  if (filter.invokeId === undefined && filter.instanceId === undefined && filter.commandId === undefined) {
    throw badInput("filter", "at least one of `invokeId`, `instanceId` and `commandId`", "none");
  }
  return { source: requireSource(services, { provider, regionId, account }), ...filter };
}

/** Each is looked for in every run, under every name that a document gives to a list. */
const MAX_VALUES = 500;

/** Ids as people paste them: with a blank or a line's end around. */
const PASTED: ReadonlySet<string> = new Set(["invokeId", "instanceId", "commandId"]);

/** The members that restrict. @throws InputError `BAD_USER_INPUT` for a blank or a long text, and for more values than anybody means */
export function present<Shape extends object>(input: Optional<Shape>): Shape {
  const members = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of members) {
    if (typeof value === "string" && value.trim() === "") {
      throw refuse(name, "a text", "a blank one");
    }
    if (Array.isArray(value) && value.length > MAX_VALUES) {
      throw refuse(name, `at most ${MAX_VALUES} values`, String(value.length));
    }
    for (const text of [value].flat()) if (typeof text === "string") checkText(`filter.${name}`, text, "filter");
  }
  const meant = members.map(([name, value]) => [name, PASTED.has(name) ? String(value).trim() : value]);
  return Object.fromEntries(meant) as Shape;
}

/** The vendor's rules for labels (ECS DescribeInvocations, `Tag.N`); characters are counted as code points. */
const MAX_TAGS = 20;
const MAX_KEY_LENGTH = 64;
const MAX_VALUE_LENGTH = 128;
const RESERVED = /^(aliyun|acs:)/i;

/**
 * Refuses labels that the upstream would refuse, so that a wrong request costs no call and is told by its argument.
 * @throws InputError `BAD_USER_INPUT`
 */
function checkTags(tags: readonly TagQuery[]): void {
  if (tags.length > MAX_TAGS) throw refuse("tags", `at most ${MAX_TAGS} labels`, String(tags.length));
  for (const [index, { key, value = "" }] of tags.entries()) {
    const place = `tags[${index}]`;
    if (key.trim() === "") throw refuse(`${place}.key`, "a text", "a blank one");
    checkLength(`${place}.key`, key, MAX_KEY_LENGTH);
    checkLength(`${place}.value`, value, MAX_VALUE_LENGTH);
    if (RESERVED.test(key)) throw refuse(`${place}.key`, "no key that begins with aliyun or acs:", JSON.stringify(key));
    if (tags.findIndex((tag) => tag.key === key) < index) {
      throw refuse(`${place}.key`, "each key once", `${JSON.stringify(key)} again`);
    }
  }
}

function checkLength(place: string, text: string, max: number): void {
  const length = [...text].length;
  if (length > max) throw refuse(place, `at most ${max} characters`, String(length));
}

function refuse(place: string, expected: string, got: string): InputError {
  return badInput(`filter.${place}`, expected, got, "filter");
}
