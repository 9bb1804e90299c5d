import { type ConstValueNode, type DirectiveNode, type DocumentNode, Kind, type ValueNode, visit } from "graphql";

/** What decides over parts of a document: the variables of its `@skip` and `@include`. */
export interface Conditions {
  /** False where no `@skip` and no `@include` is in the document at all. */
  readonly isConditional: boolean;
  /** In the order of their first use. */
  readonly variables: readonly string[];
  /**
   * The values that decide for these variables, defaults applied; null where one is no boolean, which is for the executor to
   * complain about.
   */
  valuesFrom(variables: Readonly<Record<string, unknown>>): readonly boolean[] | null;
  /** The document as it stands for these values: without what they exclude, and without conditions. */
  settle(values: readonly boolean[]): DocumentNode;
}

/** Reads the conditions of a document that was found valid. */
export function readConditions(document: DocumentNode): Conditions {
  const names = new Set<string>();
  let isConditional = false;
  visit(document, {
    Directive: (directive) => {
      if (!isCondition(directive)) return;
      isConditional = true;
      const value = conditionOf(directive);
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  const variables = [...names];
  const defaults = defaultsOf(document);
  return {
    isConditional,
    variables,
    valuesFrom(given) {
      const values = variables.map((name) => given[name] ?? (given[name] === undefined ? defaults.get(name) : null));
      return values.every((value) => typeof value === "boolean") ? values : null;
    },
    settle: (values) => settle(document, new Map(variables.map((name, index) => [name, values[index] === true]))),
  };
}

function settle(document: DocumentNode, values: ReadonlyMap<string, boolean>): DocumentNode {
  const decide = <Node extends { readonly directives?: readonly DirectiveNode[] | undefined }>(node: Node) => {
    const { directives = [] } = node;
    const conditions = directives.filter(isCondition);
    if (conditions.length === 0) return undefined;
    const isIncluded = conditions.every(
      (directive) => isTrue(directive, values) === (directive.name.value === "include"),
    );
    return isIncluded ? { ...node, directives: directives.filter((directive) => !isCondition(directive)) } : null;
  };
  return visit(document, { Field: decide, InlineFragment: decide, FragmentSpread: decide });
}

function isTrue(directive: DirectiveNode, values: ReadonlyMap<string, boolean>): boolean {
  const value = conditionOf(directive);
  if (value?.kind === Kind.VARIABLE) return values.get(value.name.value) === true;
  return value?.kind === Kind.BOOLEAN && value.value;
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === "skip" || name.value === "include";
}

function conditionOf(directive: DirectiveNode): ValueNode | undefined {
  return directive.arguments?.find(({ name }) => name.value === "if")?.value;
}

// Operations of one document may give the same variable different defaults; only one that all agree on counts.
function defaultsOf(document: DocumentNode): ReadonlyMap<string, boolean | null> {
  const defaults = new Map<string, boolean | null>();
  visit(document, {
    VariableDefinition: ({ variable, defaultValue }) => {
      const value = booleanOf(defaultValue);
      const name = variable.name.value;
      defaults.set(name, defaults.has(name) && defaults.get(name) !== value ? null : value);
    },
  });
  return defaults;
}

function booleanOf(value: ConstValueNode | undefined): boolean | null {
  return value?.kind === Kind.BOOLEAN ? value.value : null;
}
