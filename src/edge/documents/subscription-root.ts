import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

import { RefusalError } from "../errors/index.ts";

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Refuses `@skip` and `@include` at the root of a subscription (GraphQL, section 5.2.4.1 of September 2025): without its root field it
 * has nothing to listen to. Checked before the document is validated, since the GraphQL library's rule about root fields throws
 * where a condition is a variable.
 * @throws RefusalError `GRAPHQL_VALIDATION_FAILED`
 */
export function refuseConditionalSubscription({ definitions }: DocumentNode): void {
  const fragments: Fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  for (const node of definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.SUBSCRIPTION) continue;
    if (!hasCondition(node.selectionSet, fragments)) continue;
    const message = "The root field of a subscription must not have @skip or @include.";
    throw new RefusalError(400, "GRAPHQL_VALIDATION_FAILED", message);
  }
}

// Circular fragments have been refused by then.
function hasCondition({ selections }: SelectionSetNode, fragments: Fragments): boolean {
  return selections.some((node) => {
    if (node.directives?.some(({ name }) => name.value === "skip" || name.value === "include")) return true;
    const below = setBelow(node, fragments);
    return below !== undefined && hasCondition(below, fragments);
  });
}

function setBelow(node: SelectionNode, fragments: Fragments): SelectionSetNode | undefined {
  if (node.kind === Kind.FIELD) return undefined;
  if (node.kind === Kind.INLINE_FRAGMENT) return node.selectionSet;
  return fragments.get(node.name.value)?.selectionSet;
}
