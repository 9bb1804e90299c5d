import { KINDS, type Kinds } from "#access";
import type { Invocation } from "#domain";
import type { GraphContext, Selection } from "../operation/index.ts";
import { kindOfField } from "./field-kinds.ts";

/** What a selection needs of one run, by the rights to it. */
export type NeedsOf<Needs> = (kinds: Kinds) => Needs;

/** What the caller may see of a run. */
export function kindsOf({ source, command }: Pick<Invocation, "source" | "command">, { view }: WithView): Kinds {
  return view.rightsFor(source).forCommand(command.name);
}

type WithView = Pick<GraphContext, "view">;

const worked = new WeakMap<Selection, Map<unknown, unknown>>();

/** Works out once for each selection and set of rights what is needed, without what they do not give. */
export function needsByRights<Needs>(
  selection: Selection | null,
  needsOf: (masked: Selection | null) => Needs,
): NeedsOf<Needs> {
  if (selection === null) return () => needsOf(null);
  const ofSelection = worked.get(selection) ?? new Map<unknown, unknown>();
  worked.set(selection, ofSelection);
  const needs = ofSelection.get(needsOf) ?? createNeeds(selection, needsOf);
  ofSelection.set(needsOf, needs);
  return needs as NeedsOf<Needs>;
}

function createNeeds<Needs>(selection: Selection, needsOf: (masked: Selection | null) => Needs): NeedsOf<Needs> {
  const known = new Map<string, Needs>();
  return (kinds) => {
    const key = KINDS.filter((kind) => kinds[kind]).join(" ");
    const needs = known.get(key) ?? needsOf(maskSelection(selection, kinds));
    known.set(key, needs);
    return needs;
  };
}

/**
 * The selection without what these rights do not give, so that a look-ahead asks the upstream for nothing that nobody may
 * see. It decides what is loaded; that a masked field is null is for its resolver to say.
 */
export function maskSelection(selection: Selection, kinds: Kinds): Selection {
  if (KINDS.every((kind) => kinds[kind])) return selection;
  const isGiven = (field: string) => {
    const kind = kindOfField(field);
    return kind === null || kinds[kind];
  };
  return {
    under(field) {
      const below = isGiven(field) ? selection.under(field) : null;
      return below === null ? null : maskSelection(below, kinds);
    },
    hasAny: (...fields) => selection.hasAny(...fields.filter(isGiven)),
    as: (typeName) => maskSelection(selection.as(typeName), kinds),
  };
}
