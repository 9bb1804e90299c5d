import { type RawBuilder, sql } from "kysely";
import type { InvocationQuery } from "#domain";
import { comparePositions, type Position } from "../position.ts";
import type { Stretch } from "../run-store.ts";
import { toOrderedText } from "./ordered-text.ts";
import { ageOf, groupLabelOf, labelOf, sourceKeyOf } from "./records.ts";

type Condition = RawBuilder<boolean>;

/** A condition on the table `run`; null for a request that nothing can match. @param schema where the tables are */
export function toCondition(stretches: readonly Stretch[], query: InvocationQuery, schema: string): Condition | null {
  if (stretches.length === 0 || query.statusIn?.length === 0) return null;
  const all = [...stretchConditions(stretches), ...queryConditions(query), ...instanceConditions(query, schema)];
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

function queryConditions(query: InvocationQuery): readonly Condition[] {
  const equal = (column: string, value: string | undefined): readonly Condition[] =>
    value === undefined ? [] : [sql`${sql.ref(column)} = ${toOrderedText(value)}`];
  const labels = [
    ...(query.tags ?? []).map(({ key, value }) => labelOf(key, value)),
    ...(query.resourceGroupId === undefined ? [] : [groupLabelOf(query.resourceGroupId)]),
  ];
  return [
    ...equal("invoke_id", query.invokeId),
    ...equal("command_id", query.commandId),
    ...equal("command_name", query.commandName),
    ...equal("command_type", query.commandType),
    ...(query.timed === undefined ? [] : [sql<boolean>`has_schedule = ${query.timed}`]),
    ...(labels.length === 0 ? [] : [sql<boolean>`labels @> ${labels}::text[]`]),
    ...(query.statusIn === undefined ? [] : [sql<boolean>`status = any(${[...query.statusIn]})`]),
    ...timeConditions(query),
  ];
}

/** A run without a creation time, whose age is positive, was created at no time that is asked for. */
function timeConditions({ createdAfter, createdBefore }: InvocationQuery): readonly Condition[] {
  return [
    ...(createdAfter === undefined ? [] : [sql<boolean>`age <= ${ageOf(Date.parse(createdAfter))}`]),
    ...(createdBefore === undefined ? [] : [sql<boolean>`age > ${ageOf(Date.parse(createdBefore))}`]),
    ...(createdAfter === undefined && createdBefore === undefined ? [] : [sql<boolean>`age <= 0`]),
  ];
}

function instanceConditions({ instanceId }: InvocationQuery, schema: string): readonly Condition[] {
  if (instanceId === undefined) return [];
  const execution = sql.table(`${schema}.execution`);
  return [
    sql`exists (select 1 from ${execution} as one where one.run = run.id and one.instance_id = ${toOrderedText(instanceId)})`,
  ];
}
