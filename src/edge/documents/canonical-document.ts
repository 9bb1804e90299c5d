import { type ASTNode, type DefinitionNode, Kind, parse, print, type SelectionNode, visit } from "graphql";

/**
 * The same text for documents that mean the same but for the order of definitions, fields, arguments and variables: code
 * generators sort what they write into a manifest, clients send what was written by hand. Takes time in proportion to the text.
 * @throws GraphQLError where the text is no document
 */
export function canonicalText(text: string): string {
  const document = visit(parse(text, { noLocation: true }), {
    Document: (node) => ({ ...node, definitions: sorted(node.definitions, definitionKey) }),
    OperationDefinition: (node) => ({
      ...node,
      variableDefinitions: sorted(node.variableDefinitions, ({ variable }) => variable.name.value),
    }),
    SelectionSet: (node) => ({ ...node, selections: sorted(node.selections, selectionKey) }),
    Field: (node) => ({ ...node, arguments: sorted(node.arguments, nameKey) }),
    Directive: (node) => ({ ...node, arguments: sorted(node.arguments, nameKey) }),
    ObjectValue: (node) => ({ ...node, fields: sorted(node.fields, nameKey) }),
  });
  return print(document);
}

function sorted<Node extends ASTNode>(nodes: readonly Node[] | undefined, keyOf: (node: Node) => string): Node[] {
  const keyed = (nodes ?? []).map((node) => ({ node, key: keyOf(node) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ node }) => node);
}

function nameKey({ name }: { readonly name: { readonly value: string } }): string {
  return name.value;
}

function definitionKey(node: DefinitionNode): string {
  return `${node.kind} ${"name" in node ? (node.name?.value ?? "") : ""}`;
}

function selectionKey(node: SelectionNode): string {
  if (node.kind === Kind.INLINE_FRAGMENT) return `${node.kind} ${node.typeCondition?.name.value ?? ""}`;
  return `${node.kind} ${node.name.value} ${"alias" in node ? (node.alias?.value ?? "") : ""}`;
}
