import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionNode, type SelectionSetNode } from "graphql";

/** What of `info` a look-ahead needs; every executor provides it. */
export type SelectionInfo = Pick<
  GraphQLResolveInfo,
  "fragments" | "operation" | "parentType" | "path" | "variableValues"
>;

/** What an operation selects below some place in it, with fragments, `@skip`, `@include` and variables applied. */
export interface Selection {
  /** What is selected below the fields of this name, under whatever aliases; null where there is none. */
  under(field: string): Selection | null;
  /** True when at least one of these fields is selected. */
  hasAny(...fields: readonly string[]): boolean;
  /** The part that concerns this concrete type, at a place where the schema says only `Node`. */
  as(typeName: string): Selection;
}

/**
 * The selection below the field that `info` belongs to. Read from the operation along the path and not from
 * `info.fieldNodes`: an executor that compiles documents lists there also what a directive excludes in this request.
 */
export function selectionOf(info: SelectionInfo): Selection {
  let sets: readonly SelectionSetNode[] = [info.operation.selectionSet];
  const keys = responseKeys(info.path);
  for (const [depth, key] of keys.entries()) {
    const fields = fieldsOf(sets, info, isOf(depth === keys.length - 1 ? info.parentType.name : undefined));
    sets = setsOf(fields.filter((node) => (node.alias ?? node.name).value === key));
  }
  return createSelection(sets, info);
}

type Worked = WeakMap<SelectionInfo["operation"], Map<string, unknown>>;

const worked = new WeakMap<SelectionInfo["variableValues"], Worked>();

/** Works something out of the selection once for all rows of one execution that stand at the same place in its document. */
export function oncePerPlace<Value>(info: SelectionInfo, workOut: () => Value): Value {
  const places = placesOf(info);
  const place = responseKeys(info.path).join(" ");
  if (!places.has(place)) places.set(place, workOut());
  return places.get(place) as Value;
}

function placesOf({ operation, variableValues }: SelectionInfo): Map<string, unknown> {
  const byOperation: Worked = worked.get(variableValues) ?? new WeakMap();
  worked.set(variableValues, byOperation);
  const places = byOperation.get(operation) ?? new Map<string, unknown>();
  byOperation.set(operation, places);
  return places;
}

/** Everything that either selects. */
export function joinSelections(...selections: readonly (Selection | null | undefined)[]): Selection | null {
  const present = selections.filter((selection) => selection != null);
  if (present.length < 2) return present[0] ?? null;
  return {
    under: (field) => joinSelections(...present.map((selection) => selection.under(field))),
    hasAny: (...fields) => present.some((selection) => selection.hasAny(...fields)),
    as: (typeName) => joinSelections(...present.map((selection) => selection.as(typeName))) ?? NOTHING,
  };
}

const NOTHING: Selection = { under: () => null, hasAny: () => false, as: () => NOTHING };

// Hundreds of ids that are asked for at one place ask each for the same.
function createSelection(sets: readonly SelectionSetNode[], info: SelectionInfo, typeName?: string): Selection {
  let fields: readonly FieldNode[] | null = null;
  const all = () => {
    fields ??= fieldsOf(sets, info, isOf(typeName));
    return fields;
  };
  const parts = new Map<string, Selection>();
  return {
    under(field) {
      const named = all().filter((node) => node.name.value === field);
      return named.length === 0 ? null : createSelection(setsOf(named), info);
    },
    hasAny: (...names) => all().some((node) => names.includes(node.name.value)),
    as(name) {
      const part = parts.get(name) ?? createSelection(sets, info, name);
      parts.set(name, part);
      return part;
    },
  };
}

function responseKeys(path: SelectionInfo["path"]): string[] {
  const keys: string[] = [];
  for (let step: SelectionInfo["path"] | undefined = path; step !== undefined; step = step.prev) {
    if (typeof step.key === "string") keys.unshift(step.key);
  }
  return keys;
}

function setsOf(fields: readonly FieldNode[]): SelectionSetNode[] {
  return fields.flatMap((node) => node.selectionSet ?? []);
}

/**
 * The fields of these sets with their fragments opened; each fragment once, so that nested ones cannot multiply.
 * @param isMeant whether a fragment on a type of this name concerns the place
 */
export function fieldsOf(
  sets: readonly SelectionSetNode[],
  { fragments, variableValues }: Pick<SelectionInfo, "fragments" | "variableValues">,
  isMeant: (condition: string) => boolean,
): FieldNode[] {
  const fields: FieldNode[] = [];
  const seen = new Set<string>();
  const visit = (node: SelectionNode): void => {
    if (!isIncluded(node, variableValues)) return;
    if (node.kind === Kind.FIELD) {
      fields.push(node);
      return;
    }
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      if (seen.has(node.name.value)) return;
      seen.add(node.name.value);
    }
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value] : node;
    const condition = fragment?.typeCondition?.name.value;
    if (condition === undefined || isMeant(condition)) fragment?.selectionSet.selections.forEach(visit);
  };
  for (const set of sets) set.selections.forEach(visit);
  return fields;
}

/** True for a fragment on this type, or on what every type with an id is. */
function isOf(typeName: string | undefined): (condition: string) => boolean {
  return (condition) => typeName === undefined || condition === typeName || condition === "Node";
}

/** What `@skip` and `@include` say about a part of a selection. */
function isIncluded(node: SelectionNode, variables: SelectionInfo["variableValues"]): boolean {
  return (node.directives ?? []).every((directive) => {
    const name = directive.name.value;
    if (name !== "skip" && name !== "include") return true;
    const value = directive.arguments?.find((argument) => argument.name.value === "if")?.value;
    const isSet =
      value?.kind === Kind.VARIABLE
        ? variables[value.name.value] === true
        : value?.kind === Kind.BOOLEAN && value.value;
    return isSet === (name === "include");
  });
}
