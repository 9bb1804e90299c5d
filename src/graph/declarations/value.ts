import { ArgsType, type ClassType, Field, type FieldOptions, InputType, ObjectType } from "type-graphql";

/** Names the type of a field, late enough that types may name each other. */
type TypeThunk = NonNullable<Parameters<typeof Field>[0]>;

/** Options of a field that is read and not resolved; everything the client sees carries a description. */
export type ValueOptions = Omit<FieldOptions, "simple"> & { readonly description: string };

/** `complexity` of a field that can be as long as a whole output, in leaf values that take as much memory: 24 KB are as much as 100. */
export const LONG_TEXT = 100;

/**
 * Declares a getter as a field that executors read as a plain property. TypeGraphQL takes a decorated getter for a resolver
 * and wraps it, which costs more than all our own work on it; without its descriptor it is a property like any other.
 */
export function Value(type: TypeThunk, options: ValueOptions): (prototype: object, key: string | symbol) => void {
  return (prototype, key) => Field(type, { ...options, simple: true })(prototype, key);
}

/** A field that shows a member of a record as it stands. */
interface Shown {
  readonly type: ReturnType<TypeThunk>;
  readonly options: ValueOptions;
}

/** Fields that show members of a record, each under the member's own name. */
export type ShownMembers<Shape> = { readonly [Name in keyof Shape]?: Shown };

/** A member that is never null. */
export function always(type: Shown["type"], description: string): Shown {
  return { type, options: { description } };
}

/** A member that may be null. */
export function orNull(type: Shown["type"], description: string): Shown {
  return { type, options: { description, nullable: true } };
}

/** Declares a type whose objects are the records themselves: executors see of each what is declared here. */
export function declareShape<Shape>(name: string, description: string, members: ShownMembers<Shape>): ClassType {
  class Declared {}
  declareMembers(Declared.prototype, members);
  ObjectType(name, { description })(Declared);
  return Declared;
}

/** Declares the arguments of a field. What clients give has no class: it is as the executor read it. */
export function declareArgs<Shape>(members: ShownMembers<Shape>): ClassType {
  class Declared {}
  declareMembers(Declared.prototype, members);
  ArgsType()(Declared);
  return Declared;
}

/** Declares a type of what clients give inside an argument, which has no class either. */
export function declareInput<Shape>(name: string, description: string, members: ShownMembers<Shape>): ClassType {
  class Declared {}
  declareMembers(Declared.prototype, members);
  InputType(name, { description })(Declared);
  return Declared;
}

/**
 * Gives a class over a `record` the fields that show its members. A getter of the class's own costs less: for what is read of every row.
 * @param within where in the record they are; in it itself unless told otherwise
 */
export function declareReads<Shape>(
  prototype: object,
  members: ShownMembers<Shape>,
  within: (record: never) => Shape = (record) => record,
): void {
  for (const name of Object.keys(members) as (keyof Shape)[]) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: { readonly record: never }) {
        return within(this.record)[name];
      },
    });
  }
  declareMembers(prototype, members);
}

/** Gives a class the fields that its objects have as properties. */
export function declareMembers<Shape>(prototype: object, members: ShownMembers<Shape>): void {
  for (const [name, { type, options }] of Object.entries<Shown>(members as Record<string, Shown>)) {
    Value(() => type, options)(prototype, name);
  }
}
