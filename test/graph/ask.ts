import { createHash } from "node:crypto";
import { type ExecutionResult, execute, type GraphQLFormattedError, parse, validate } from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";

import { createOpenView } from "#access";
import { InputError, type Operation, type Source, silentTelemetry, UpstreamError } from "#domain";
import { createSchema, type GraphContext } from "#graph";
import { createLoaders } from "#loaders";
import type { Edge, Page, PageSourceState, Sealer, Services } from "#services";
import { createOperation } from "../support/operation.ts";
import { ecs, swas } from "./records.ts";

export const schema = createSchema();

/** Seals without secrecy, but bound to its purpose. */
const sealer: Sealer = {
  seal: (purpose, payload) => Buffer.concat([Buffer.from(digest(purpose)), Buffer.from(payload)]).toString("base64url"),
  open: (purpose, sealed) => {
    const bytes = Buffer.from(sealed, "base64url");
    return bytes.toString().startsWith(digest(purpose)) ? bytes.subarray(8) : null;
  },
};

function digest(purpose: string): string {
  return createHash("sha256").update(purpose).digest("hex").slice(0, 8);
}

/** One who may see everything. */
export const ANYONE: Pick<GraphContext, "caller" | "view" | "guard" | "lastEventId"> = {
  lastEventId: null,
  caller: { name: "anyone", roles: [], knownBy: "open" },
  view: createOpenView(),
  guard: {
    isGiven: () => true,
    note: () => {},
    refuse: () => {
      throw new Error("Nobody is refused here.");
    },
  },
};

/** Services behind which nothing stands: what a test does not override refuses to be asked. */
export interface Asked {
  readonly services: Services;
  /** What was asked for, in order: the method and its arguments without the operation. */
  readonly calls: readonly (readonly [method: string, ...parameters: unknown[]])[];
}

type Answers = Partial<Record<keyof Services, unknown>>;

/** Services that answer what the test says and note what they were asked. */
export function stubServices(answers: { readonly [Method in keyof Services]?: Services[Method] }): Asked {
  const calls: [string, ...unknown[]][] = [];
  const sources = [ecs, swas];
  const noted = (method: keyof Services) => {
    const answer = (answers as Answers)[method];
    return (...parameters: unknown[]) => {
      calls.push([method, ...parameters.slice(0, -1)]);
      if (typeof answer !== "function") throw new Error(`Nobody expected ${method} to be asked.`);
      return answer(...parameters);
    };
  };
  const services = {
    revision: () => 0,
    listSources: answers.listSources ?? (() => sources),
    sources: answers.sources ?? (async () => sources.map((source) => stateOf(source))),
    findSource:
      answers.findSource ??
      ((provider, regionId, account) =>
        sources.find(
          (source) =>
            source.provider === provider && source.regionId === regionId && source.account === (account ?? "default"),
        ) ?? null),
    pageInvocations: noted("pageInvocations"),
    pageResults: noted("pageResults"),
    readInvocations: noted("readInvocations"),
    readResults: noted("readResults"),
    readHistories: noted("readHistories"),
    readInstances: noted("readInstances"),
    watchInvocation: noted("watchInvocation"),
  } as Services;
  return { services, calls };
}

/** How a source fares: well unless told otherwise. */
export function stateOf(source: Source, error: PageSourceState["error"] = null): PageSourceState {
  return { source, error, asOf: null, isComplete: true, isCurrent: true, oldestTime: null, backfill: () => null };
}

/** One page that holds these rows and nothing around it. */
export function pageOf<Row>(rows: readonly Row[], overrides: Partial<Page<Row>> = {}): Page<Row> {
  const edges: Edge<Row>[] = rows.map((node, index) => ({ node, cursor: () => `cursor-${index}` }));
  return {
    edges,
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: () => edges[0]?.cursor() ?? null,
    endCursor: () => edges.at(-1)?.cursor() ?? null,
    totalCount: null,
    sources: [stateOf(ecs)],
    isScanComplete: true,
    ...overrides,
  };
}

/** An upstream that does not answer. */
export function failure(source: Source = ecs): UpstreamError {
  return new UpstreamError({
    code: "TIMEOUT",
    message: "The upstream did not answer in time.",
    source,
    action: "DescribeInvocationResults",
    upstreamCode: null,
    httpStatus: null,
    requestId: null,
    retryable: true,
    retryAfterMs: null,
  });
}

/** What came back: data, and of each error its path and the code of what was thrown. */
export interface Answered {
  readonly data: unknown;
  readonly errors?: readonly { readonly path: GraphQLFormattedError["path"]; readonly code: string | undefined }[];
}

/** Who executes: the reference and the compiler that production uses. */
export type ExecutorName = "graphql-js" | "graphql-jit";

export const EXECUTORS: readonly ExecutorName[] = ["graphql-js", "graphql-jit"];

/** Sends one operation through the schema. */
export async function ask(
  { services }: Asked,
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
  executor: ExecutorName = "graphql-js",
  operation: Operation = createOperation(),
): Promise<Answered> {
  const document = parse(source);
  const problems = validate(schema, document);
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join("\n"));
  const contextValue: GraphContext = {
    services,
    loaders: createLoaders(services, silentTelemetry, operation),
    operation,
    sealer,
    ...ANYONE,
  };
  return toAnswered(await run(document, variables, contextValue, executor));
}

async function run(
  document: ReturnType<typeof parse>,
  variableValues: Readonly<Record<string, unknown>>,
  contextValue: GraphContext,
  executor: ExecutorName,
): Promise<ExecutionResult> {
  if (executor === "graphql-js") return execute({ schema, document, variableValues, contextValue });
  const compiled = compileQuery(schema, document);
  if (!isCompiledQuery(compiled)) throw new Error("The document cannot be compiled.");
  return compiled.query(undefined, contextValue, variableValues);
}

// Answers are made of objects without prototype, which compare as unequal to literals.
function toAnswered({ data, errors }: ExecutionResult): Answered {
  const plain = JSON.parse(JSON.stringify(data ?? null)) as unknown;
  if (errors === undefined) return { data: plain };
  return {
    data: plain,
    errors: errors.map(({ path, originalError, message }) => ({
      path,
      code:
        originalError instanceof InputError || originalError instanceof UpstreamError ? originalError.code : message,
    })),
  };
}
