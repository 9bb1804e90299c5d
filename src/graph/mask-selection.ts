import type { Kinds } from "#access";
import { kindOfField } from "./field-kinds.ts";
import type { Selection } from "./selection.ts";

/**
 * The selection without what these rights do not give, so that a look-ahead asks the upstream for nothing that nobody may
 * see. It decides what is loaded; that a masked field is null is for its resolver to say.
 */
export function maskSelection(selection: Selection, kinds: Kinds): Selection {
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
