import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from "graphql";

/** What a document must keep to besides the schema, on every transport. */
export function rulesFor({ introspection }: { readonly introspection: boolean }): readonly ValidationRule[] {
  return introspection ? [noConditionalSubscription] : [noConditionalSubscription, noIntrospection];
}

/** The rules of the specification and ours. */
export function allRulesFor(options: { readonly introspection: boolean }): readonly ValidationRule[] {
  return [...specifiedRules, ...rulesFor(options)];
}

function noIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.name.value !== "__schema" && node.name.value !== "__type") return;
      const message = "Schema introspection is off here: ask the operator of this gateway for its schema file.";
      context.reportError(new GraphQLError(message, { nodes: [node], extensions: { code: "INTROSPECTION_DISABLED" } }));
    },
  };
}

// GraphQL, section 5.2.4.1 of September 2025: without its root field a subscription has nothing to listen to.
function noConditionalSubscription(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return;
      const conditional = findConditional(context, operation.selectionSet, new Set());
      if (conditional === null) return;
      const message = "The root field of a subscription must not have @skip or @include.";
      context.reportError(new GraphQLError(message, { nodes: [conditional] }));
    },
  };
}

function findConditional(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  seen: Set<string>,
): SelectionNode | null {
  for (const node of selections) {
    if (node.directives?.some(({ name }) => name.value === "skip" || name.value === "include")) return node;
    const below = setBelow(context, node, seen);
    const found = below === undefined ? null : findConditional(context, below, seen);
    if (found !== null) return found;
  }
  return null;
}

function setBelow(context: ValidationContext, node: SelectionNode, seen: Set<string>): SelectionSetNode | undefined {
  if (node.kind === Kind.FIELD) return undefined;
  if (node.kind === Kind.INLINE_FRAGMENT) return node.selectionSet;
  if (seen.has(node.name.value)) return undefined;
  seen.add(node.name.value);
  return context.getFragment(node.name.value)?.selectionSet;
}
