import { type DocumentNode, type GraphQLError, type GraphQLSchema, getOperationAST, getVariableValues } from "graphql";
import { withCode } from "../documents/index.ts";

/** What variables are checked against. */
export interface VariablesGiven {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The library tells of fifty, each beside all that came written out, and then throws one that reads like a fault of ours. */
const MOST_FAULTS = 5;

/**
 * What is wrong with an operation's variables: nothing, or at most five errors. Nothing if there is no such operation.
 * @param hasSuggestions whether errors may name what was perhaps meant
 */
export function findVariableFaults(
  schema: GraphQLSchema,
  { document, operationName, variables }: VariablesGiven,
  hasSuggestions: boolean,
): readonly GraphQLError[] {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const { errors } = getVariableValues(schema, definitions, { ...variables }, { maxErrors: MOST_FAULTS });
  return errors?.slice(0, MOST_FAULTS).map((error) => withCode(error, "BAD_USER_INPUT", hasSuggestions)) ?? [];
}
