import { GraphQLError } from "graphql";

/** An error of a request or its document with the code that clients read. */
export function coded(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** The same error with a code, if it has none of its own. Suggestions of names spell out what introspection may not tell. */
export function withCode(error: GraphQLError, kind: string, hasSuggestions = true): GraphQLError {
  const { message, nodes = null, source = null, positions = null } = error;
  return new GraphQLError(hasSuggestions ? message : message.replace(/ ?Did you mean(.+?)\?$/, ""), {
    nodes,
    source,
    positions,
    extensions: { code: kind, ...error.extensions },
  });
}
