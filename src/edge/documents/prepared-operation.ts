import type { DocumentNode, OperationTypeNode } from "graphql";

import { LIMITS } from "../errors/index.ts";
import type { AnswerSize } from "./row-measure.ts";

/** An operation that was found good, by whatever transport it came. */
export interface PreparedOperation {
  readonly type: OperationTypeNode;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly requestId: string;
  /** What one answer can hold at most. */
  readonly size: AnswerSize;
}

/** What the operation holds in memory as long as it goes on. */
export function heldBy({ document, variables }: PreparedOperation) {
  const documentCharacters = document.loc?.source.body.length ?? 0;
  return { document, documentCharacters, ownCharacters: variables === null ? 0 : charactersOf(variables) };
}

function charactersOf(variables: object): number {
  try {
    return JSON.stringify(variables).length;
  } catch (error) {
    // Nested too deep to be written, it is as long as what came at most.
    if (error instanceof RangeError) return LIMITS.bodyBytes;
    throw error;
  }
}

/** The name of the operation that is executed; null if it has none. */
export function nameOf({ document, operationName }: PreparedOperation): string | null {
  if (operationName !== null) return operationName;
  const definitions = document.definitions.flatMap((node) => (node.kind === "OperationDefinition" ? [node] : []));
  return definitions[0]?.name?.value ?? null;
}
