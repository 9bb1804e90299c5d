import type { DocumentNode, OperationTypeNode } from "graphql";

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

/** The name of the operation that is executed; null if it has none. */
export function nameOf({ document, operationName }: PreparedOperation): string | null {
  if (operationName !== null) return operationName;
  const definitions = document.definitions.flatMap((node) => (node.kind === "OperationDefinition" ? [node] : []));
  return definitions[0]?.name?.value ?? null;
}
