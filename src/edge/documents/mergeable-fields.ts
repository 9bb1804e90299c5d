import {
  type ASTVisitor,
  type FieldNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
  type ValidationContext,
  type ValueNode,
  visit,
} from "graphql";

import { LIMITS, refusalAbove } from "../errors/index.ts";

/** A selection set with the type that its fields belong to. */
interface TypedSet {
  readonly set: SelectionSetNode;
  readonly type: GraphQLNamedType | undefined;
}

/** A field where the document asks for it. Without a type if the schema has no such field, which another rule says. */
interface Occurrence {
  readonly node: FieldNode;
  readonly parent: GraphQLNamedType | undefined;
  readonly type: GraphQLOutputType | undefined;
}

/**
 * Fields of the same name in an answer have to mean the same (GraphQL, section 5.3.2). The GraphQL library compares each with each, which takes
 * hundreds of milliseconds for some hundred of them, and then gives up. Here each is compared with the first of its name alone: it is asked
 * for with the same arguments or not, and has the same shape or not, whatever it is compared with. Objects of several types, each with fields
 * of its own beside common ones at every level, would still double the sets to compare from level to level: what needs too many is refused.
 */
export function mergeableFields(context: ValidationContext): ASTVisitor {
  const merging = new Merging(context);
  return {
    OperationDefinition({ operation, selectionSet }) {
      merging.check([{ set: selectionSet, type: context.getSchema().getRootType(operation) ?? undefined }]);
    },
  };
}

class Merging {
  private readonly numbers = new Map<SelectionSetNode, number>();
  private readonly argumentTexts = new Map<FieldNode, string>();
  /** Sets that were checked together: fragments bring the same ones to many places. */
  private readonly checked = new Set<string>();
  private selections = 0;

  constructor(private readonly context: ValidationContext) {}

  check(sets: readonly TypedSet[]): void {
    this.checkQuestions(sets);
    this.checkShapes(sets);
  }

  /** Whatever the types of the objects, values of one name have one shape. */
  private checkShapes(sets: readonly TypedSet[]): void {
    if (this.isChecked("shapes", sets)) return;
    for (const [name, all] of this.collect(sets)) {
      const known = all.filter(({ type }) => type !== undefined);
      this.compare(name, known, ({ type }) => shapeOf(type), describeShapes);
      this.checkShapes(this.below(all));
    }
  }

  /** What one object can have under one name is one field with the same arguments. */
  private checkQuestions(sets: readonly TypedSet[]): void {
    if (this.isChecked("questions", sets)) return;
    for (const [name, all] of this.collect(sets)) {
      for (const together of ofOneObject(all)) {
        this.compare(name, together, ({ node }) => node.name.value, describeNames);
        this.compare(name, together, ({ node }) => this.argumentsOf(node), describeArguments);
        this.checkQuestions(this.below(together));
      }
    }
  }

  private isChecked(what: string, sets: readonly TypedSet[]): boolean {
    const numbers = new Set(sets.map(({ set }) => this.numberOf(set)));
    const key = `${what} ${[...numbers].sort((a, b) => a - b)}`;
    if (this.checked.has(key)) return true;
    this.checked.add(key);
    return false;
  }

  private numberOf(set: SelectionSetNode): number {
    const number = this.numbers.get(set) ?? this.numbers.size;
    this.numbers.set(set, number);
    return number;
  }

  private compare(
    name: string,
    [first, ...others]: readonly Occurrence[],
    read: (occurrence: Occurrence) => string,
    describe: (first: Occurrence, other: Occurrence) => string,
  ): void {
    const other = first && others.find((one) => one.node !== first.node && read(one) !== read(first));
    if (first === undefined || other === undefined) return;
    const message = `Fields "${name}" conflict because ${describe(first, other)}. Use different aliases on the fields to fetch both if this was intentional.`;
    this.context.reportError(new GraphQLError(message, { nodes: [first.node, other.node] }));
  }

  /** The fields by their names in the answer, with fragments opened, each field and fragment once. */
  private collect(sets: readonly TypedSet[]): ReadonlyMap<string, readonly Occurrence[]> {
    const found = new Map<string, Occurrence[]>();
    const opened = new Set<SelectionSetNode>();
    const open = ({ set, type }: TypedSet): void => {
      if (opened.has(set)) return;
      opened.add(set);
      if (this.isSpent(set)) return;
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value;
          const occurrence = { node: selection, parent: type, type: fieldType(type, selection) };
          const known = found.get(name);
          if (known === undefined) found.set(name, [occurrence]);
          else known.push(occurrence);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.context.getFragment(selection.name.value);
        if (fragment == null) continue;
        const condition = fragment.typeCondition?.name.value;
        const inner = condition === undefined ? type : this.context.getSchema().getType(condition);
        open({ set: fragment.selectionSet, type: inner });
      }
    };
    for (const set of sets) open(set);
    return found;
  }

  /** Counts what is gone through. What is beyond counts as empty, so that all comparing ends soon. */
  private isSpent(set: SelectionSetNode): boolean {
    if (this.selections > LIMITS.comparedSelections) return true;
    this.selections += set.selections.length;
    const refusal = refusalAbove("comparedSelections", this.selections);
    if (refusal === null) return false;
    const { message, extensions } = refusal;
    this.context.reportError(new GraphQLError(message, { nodes: [set], extensions }));
    return true;
  }

  private below(occurrences: readonly Occurrence[]): readonly TypedSet[] {
    return occurrences.flatMap(({ node: { selectionSet }, type }) =>
      selectionSet === undefined
        ? []
        : [{ set: selectionSet, type: type === undefined ? undefined : getNamedType(type) }],
    );
  }

  private argumentsOf(node: FieldNode): string {
    const known = this.argumentTexts.get(node);
    if (known !== undefined) return known;
    const text = (node.arguments ?? [])
      .map(({ name, value }) => `${name.value}: ${print(sortedValue(value))}`)
      .sort()
      .join("\n");
    this.argumentTexts.set(node, text);
    return text;
  }
}

/** Fields that one object may have: those of its own type, with those of types that it may be of. */
function ofOneObject(all: readonly Occurrence[]): readonly (readonly Occurrence[])[] {
  const objects = new Set(all.flatMap(({ parent }) => (isObjectType(parent) ? [parent] : [])));
  if (objects.size === 0) return [all];
  return [...objects].map((object) => all.filter(({ parent }) => parent === object || !isObjectType(parent)));
}

function fieldType(parent: GraphQLNamedType | undefined, { name }: FieldNode): GraphQLOutputType | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name.value]?.type : undefined;
}

/** The same for types whose values look alike: objects do, whatever their fields, which are compared one by one. */
function shapeOf(type: GraphQLType | undefined): string {
  if (isNonNullType(type)) return `${shapeOf(type.ofType)}!`;
  if (isListType(type)) return `[${shapeOf(type.ofType)}]`;
  return isLeafType(type) ? type.name : "{}";
}

function sortedValue(value: ValueNode): ValueNode {
  return visit(value, {
    ObjectValue: {
      leave: (node) => ({ ...node, fields: node.fields.toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1)) }),
    },
  });
}

function describeShapes(first: Occurrence, other: Occurrence): string {
  return `they return conflicting types "${first.type}" and "${other.type}"`;
}

function describeNames(first: Occurrence, other: Occurrence): string {
  return `"${first.node.name.value}" and "${other.node.name.value}" are different fields`;
}

function describeArguments(): string {
  return "they have differing arguments";
}
