import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from "graphql";

import type { LimitName } from "../errors/index.ts";

/** Told every measured value; throws where it is too much. */
export type RefuseAbove = (limit: LimitName, actual: number) => void;

interface Extent {
  readonly depth: number;
  readonly fields: number;
  /** Fields of the set itself, with fragments opened. */
  readonly width: number;
}

const NOTHING: Extent = { depth: 0, fields: 0, width: 0 };
// A fragment that contains itself.
const ENDLESS: Extent = {
  depth: Number.POSITIVE_INFINITY,
  fields: Number.POSITIVE_INFINITY,
  width: Number.POSITIVE_INFINITY,
};

/**
 * Measures documents in time proportional to their length: each fragment is measured once, however often it is used, since
 * validation and execution are not proportional and must not see what this refuses.
 */
export function createDocumentMeasure(
  schema: GraphQLSchema,
): (document: DocumentNode, refuseAbove: RefuseAbove) => void {
  const repeatable = new Map(schema.getDirectives().map((directive) => [directive.name, directive.isRepeatable]));
  return (document, refuseAbove) => {
    refuseAbove("aliases", countAliases(document));
    refuseAbove("directives", countOddDirectives(document, repeatable));
    const measureSet = createSetMeasure(document);
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) refuseAbove("depth", measureSet(definition.selectionSet).depth);
      if (definition.kind === Kind.OPERATION_DEFINITION) measureOperation(definition, measureSet, refuseAbove);
    }
  };
}

function measureOperation(
  operation: OperationDefinitionNode,
  measureSet: (set: SelectionSetNode) => Extent,
  refuseAbove: RefuseAbove,
): void {
  const extent = measureSet(operation.selectionSet);
  refuseAbove("depth", extent.depth);
  refuseAbove("rootFields", extent.width);
  refuseAbove("fields", extent.fields);
  refuseAbove("variables", operation.variableDefinitions?.length ?? 0);
}

function createSetMeasure(document: DocumentNode): (set: SelectionSetNode) => Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<SelectionSetNode, Extent>();
  const measureSet = (set: SelectionSetNode | undefined): Extent => {
    if (set === undefined) return NOTHING;
    const known = measured.get(set);
    if (known !== undefined) return known;
    // Met again before it is done, it contains itself.
    measured.set(set, ENDLESS);
    const extent = set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) {
        const below = measureSet(selection.selectionSet);
        return join(sum, { depth: below.depth + 1, fields: below.fields + 1, width: 1 });
      }
      const opened = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      return join(sum, measureSet(opened?.selectionSet));
    }, NOTHING);
    measured.set(set, extent);
    return extent;
  };
  return measureSet;
}

function join(left: Extent, right: Extent): Extent {
  return {
    depth: Math.max(left.depth, right.depth),
    fields: left.fields + right.fields,
    width: left.width + right.width,
  };
}

function countAliases(document: DocumentNode): number {
  let aliases = 0;
  visit(document, {
    Field: (field) => {
      if (field.alias !== undefined) aliases += 1;
    },
  });
  return aliases;
}

function countOddDirectives(document: DocumentNode, repeatable: ReadonlyMap<string, boolean>): number {
  let odd = 0;
  const count = (node: { readonly directives?: readonly DirectiveNode[] | undefined }) => {
    const seen = new Set<string>();
    for (const { name } of node.directives ?? []) {
      if (!repeatable.has(name.value) || (seen.has(name.value) && repeatable.get(name.value) === false)) odd += 1;
      seen.add(name.value);
    }
  };
  visit(document, {
    enter: (node) => {
      if ("directives" in node) count(node as { readonly directives?: readonly DirectiveNode[] });
    },
  });
  return odd;
}
