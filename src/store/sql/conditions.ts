import { type RawBuilder, sql } from "kysely";
import { type InvocationQuery, instanceKey, type Source } from "#domain";
import type { Stretch } from "../contract/index.ts";
import { comparePositions, type Position } from "../contract/index.ts";
import { toOrderedText, toSearchedText } from "./ordered-text.ts";
import { ageOf, groupLabelOf, IN_PART_LABEL, LACKING_LABEL, labelOf, sourceKeyOf } from "./records.ts";

type Condition = RawBuilder<boolean>;
type Query = Required<InvocationQuery>;

/** Where runs are looked for. */
interface Place {
  readonly schema: string;
  readonly sources: readonly Source[];
}

/** A condition on the table `run`; null for a request without a source. @param schema where the tables are */
export function toCondition(stretches: readonly Stretch[], query: InvocationQuery, schema: string): Condition | null {
  if (stretches.length === 0) return null;
  const place = { schema, sources: stretches.map(({ source }) => source) };
  const all = [...stretchConditions(stretches), ...queryConditions(query, place)];
  return sql`${sql.join(all, sql` and `)}`;
}

interface Group {
  readonly after: Position | null;
  readonly before: Position | null;
  readonly sourceKeys: string[];
}

/** Sources that stand at the same places share a condition; bounds of all together let an index be read from place to place. */
function stretchConditions(stretches: readonly Stretch[]): readonly Condition[] {
  const groups = new Map<string, Group>();
  for (const { source, after, before } of stretches) {
    const key = JSON.stringify([after, before]);
    const group = groups.get(key) ?? { after, before, sourceKeys: [] };
    group.sourceKeys.push(sourceKeyOf(source));
    groups.set(key, group);
  }
  const [only, ...others] = groups.values();
  if (only !== undefined && others.length === 0) return groupConditions(only);
  const parts = [...groups.values()].map((group) => sql<boolean>`(${sql.join(groupConditions(group), sql` and `)})`);
  const bounds = boundsOf(
    first(
      stretches.map(({ after }) => after),
      1,
    ),
    first(
      stretches.map(({ before }) => before),
      -1,
    ),
  );
  return [sql`(${sql.join(parts, sql` or `)})`, ...bounds];
}

function groupConditions({ after, before, sourceKeys }: Group): readonly Condition[] {
  const [only] = sourceKeys;
  const source =
    sourceKeys.length === 1 ? sql<boolean>`source_key = ${only}` : sql<boolean>`source_key = any(${sourceKeys})`;
  return [source, ...boundsOf(after, before)];
}

function boundsOf(after: Position | null, before: Position | null): readonly Condition[] {
  return [
    ...(after === null ? [] : [sql<boolean>`(age, source_key, invoke_id) > ${placeOf(after)}`]),
    ...(before === null ? [] : [sql<boolean>`(age, source_key, invoke_id) < ${placeOf(before)}`]),
  ];
}

function placeOf({ time, source, invokeId }: Position): RawBuilder<unknown> {
  return sql`(${ageOf(time)}::bigint, ${toOrderedText(source)}, ${toOrderedText(invokeId)})`;
}

/** The outermost of some places; null if one of them is open. */
function first(places: readonly (Position | null)[], sign: 1 | -1): Position | null {
  return places.reduce((a, b) => (a === null || b === null ? null : sign * comparePositions(a, b) <= 0 ? a : b));
}

/** What each member of a query comes to; one that is forgotten does not compile. */
const CONDITIONS: { readonly [Member in keyof Query]: (wanted: Query[Member], place: Place) => readonly Condition[] } =
  {
    invokeId: (id) => equal("invoke_id", id),
    commandId: (id) => equal("command_id", id),
    commandName: (name) => equal("command_name", name),
    commandType: (type) => equal("command_type", type),
    instanceId: (id, place) => [onServer(place, sql`one.instance_id = ${toOrderedText(id)}`)],
    timed: (isTimed) => [sql`has_schedule = ${isTimed}`],
    tags: (tags) => (tags.length === 0 ? [sql`false`] : labelled(tags.map(({ key, value }) => labelOf(key, value)))),
    resourceGroupId: (id) => labelled([groupLabelOf(id)]),
    statusIn: (words) => [sql`status = any(${[...words]})`],
    createdAfter: (time) => [sql`age <= ${ageOf(Date.parse(time))}`, WAS_CREATED],
    createdBefore: (time) => [sql`age > ${ageOf(Date.parse(time))}`, WAS_CREATED],
    instanceStatusIn: (words, place) => {
      const isAny = sql<boolean>`one.status = any(${[...words]})`;
      return [onServer(place, words.includes("SUCCESS") ? isAny : sql`one.status <> 'SUCCESS' and ${isAny}`)];
    },
    commandNameContains: (part) => [sql`position(${toSearchedText(part.toLowerCase())} in searched_name) > 0`],
    errorCodeIn: (codes, place) => [onServer(place, sql`one.error_code = any(${codes.map(toOrderedText)})`)],
    exitCodeIn: (codes, place) => {
      const isAny = sql<boolean>`one.exit_code = any(${[...codes]}::bigint[])`;
      return [onServer(place, codes.includes(0) ? isAny : sql`one.exit_code <> 0 and ${isAny}`)];
    },
    finishedAfter: (time) => [sql`finished_at >= ${Date.parse(time)}`],
    finishedBefore: (time) => [sql`finished_at < ${Date.parse(time)}`],
    repeatModeIn: (words) => [sql`repeat_mode = any(${words.map(toOrderedText)})`],
    instanceKeyIn: (keys, place) => [onServer(place, isAmongServers(keys, place))],
    // Without a parameter, so that the index of such runs serves.
    lacks: (what) => {
      if (what === "COMMAND_ID") return [sql`command_id is null`];
      const isEither = sql<boolean>`labels && ${sql.lit(`{${LACKING_LABEL},${IN_PART_LABEL}}`)}::text[]`;
      return what === "FIELDS" ? [isEither] : [isEither, sql`labels @> ${sql.lit(`{${LACKING_LABEL}}`)}::text[]`];
    },
  };

/** A run without a creation time, whose age is positive, was created at no time that is asked for. */
const WAS_CREATED: Condition = sql`age <= 0`;

function queryConditions(query: InvocationQuery, place: Place): readonly Condition[] {
  const conditionsOf = <Member extends keyof Query>(member: Member): readonly Condition[] => {
    const wanted = (query as Query)[member];
    return wanted === undefined ? [] : CONDITIONS[member](wanted, place);
  };
  return (Object.keys(CONDITIONS) as readonly (keyof Query)[]).flatMap((member) => conditionsOf(member));
}

function equal(column: string, value: string): readonly Condition[] {
  return [sql`${sql.ref(column)} = ${toOrderedText(value)}`];
}

function labelled(labels: readonly string[]): readonly Condition[] {
  return labels.length === 0 ? [] : [sql`labels @> ${labels}::text[]`];
}

/** True for runs with a row of `execution`, named `one`, of which this holds. */
function onServer({ schema }: Place, condition: Condition): Condition {
  return sql`exists (select 1 from ${sql.table(`${schema}.execution`)} as one where one.run = run.id and ${condition})`;
}

function isAmongServers(keys: ReadonlySet<string>, { sources }: Place): Condition {
  const pairs = sources.flatMap((source) => {
    const beginning = instanceKey({ source, instanceId: "" });
    const own = [...keys].filter((key) => key.startsWith(beginning));
    return own.map((key) => [sourceKeyOf(source), toOrderedText(key.slice(beginning.length))] as const);
  });
  return sql`(run.source_key, one.instance_id) in (select * from unnest(${pairs.map(([source]) => source)}::text[],
    ${pairs.map(([, instanceId]) => instanceId)}::text[]))`;
}
