import { Field, type FieldOptions } from "type-graphql";

/** Names the type of a field, late enough that types may name each other. */
type TypeThunk = NonNullable<Parameters<typeof Field>[0]>;

/** Options of a field that is read and not resolved; everything the client sees carries a description. */
export type ValueOptions = Omit<FieldOptions, "simple"> & { readonly description: string };

/**
 * Declares a getter as a field that executors read as a plain property. TypeGraphQL takes a decorated getter for a resolver
 * and wraps it, which costs more than all our own work on it; without its descriptor it is a property like any other.
 */
export function Value(type: TypeThunk, options: ValueOptions): (prototype: object, key: string | symbol) => void {
  return (prototype, key) => Field(type, { ...options, simple: true })(prototype, key);
}
