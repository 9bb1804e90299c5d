import {
  type ASTVisitor,
  GraphQLError,
  OverlappingFieldsCanBeMergedRule,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import { mergeableFields } from "./mergeable-fields.ts";

/** The rules of the specification, and what a document must keep to besides, on every transport. */
export function rulesFor({ introspection }: { readonly introspection: boolean }): readonly ValidationRule[] {
  const specified = specifiedRules.map((rule) => (rule === OverlappingFieldsCanBeMergedRule ? mergeableFields : rule));
  return [...specified, knownOperationType, ...(introspection ? [] : [noIntrospection])];
}

// The GraphQL library finds this only when it executes, as an error like any other.
function knownOperationType(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation) != null) return;
      context.reportError(new GraphQLError(`This schema has no ${node.operation}.`, { nodes: [node] }));
    },
  };
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
