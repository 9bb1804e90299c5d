import { ApiError, type Layer, type Members, type Product } from "../../../src/emulator/http/index.ts";
import { changingBodies } from "./bodies.ts";

/**
 * Which generation of the vendor's documents the answers follow. `2018-unwrapped` is 2018 with results that lie at the top
 * level, as that document's XML sample and text have them. SWAS has the Cloud Assistant since 2022; older generations
 * answer SWAS as 2022 does, without DescribeCommandInvocations.
 */
export type Generation = "today" | "2022" | "2020" | "2018" | "2018-unwrapped";

interface Rules {
  /** Request parameters that were not known yet; they are ignored, as the vendor ignores what it does not know. */
  readonly unknownParameters: readonly RegExp[];
  /** Largest page of DescribeInvocationResults. */
  readonly maxResultsPage: number;
  /** Members of a run, a run's instance and a result; null keeps all. */
  readonly run: readonly string[] | null;
  readonly runInstance: readonly string[] | null;
  readonly result: readonly string[] | null;
}

const CURSOR = [/^NextToken$/, /^MaxResults$/];
const LATER_2018 = [
  ...CURSOR,
  /^Tag\./,
  /^ResourceGroupId$/,
  /^RepeatMode$/,
  /^IncludeOutput$/,
  /^IncludeHistory$/,
  /^ContentEncoding$/,
];
const RUN_2020 =
  "InvokeId CommandId CommandName CommandType CommandContent CreationTime Frequency InvocationStatus InvokeStatus Parameters RepeatMode Timed Username InvokeInstances";
const RECORD_2020 =
  "InstanceId CreationTime StartTime FinishTime StopTime UpdateTime InvocationStatus InstanceInvokeStatus ExitCode Repeats Dropped Output ErrorCode ErrorInfo Timed";
const RESULT_2020 =
  "InvokeId CommandId InstanceId InvocationStatus InvokeRecordStatus StartTime FinishedTime StopTime ExitCode Repeats Dropped Output ErrorCode ErrorInfo Username";

const RULES_2018: Rules = {
  unknownParameters: LATER_2018,
  maxResultsPage: 20,
  run: words("InvokeStatus InvokeId CommandName CommandType Frequency InvokeInstances Timed CommandId"),
  runInstance: words("InstanceId InstanceInvokeStatus"),
  result: words("FinishedTime InstanceId Output InvokeRecordStatus ExitCode"),
};

const RULES: Readonly<Record<Exclude<Generation, "today">, Rules>> = {
  "2022": {
    unknownParameters: CURSOR,
    maxResultsPage: 50,
    run: words(`${RUN_2020} CommandDescription ContainerId ContainerName Tags Timeout WorkingDir`),
    runInstance: words(RECORD_2020),
    result: words(`${RESULT_2020} ContainerId ContainerName Tags`),
  },
  "2020": {
    unknownParameters: [...CURSOR, /^Tag\./, /^ResourceGroupId$/],
    maxResultsPage: 50,
    run: words(RUN_2020),
    runInstance: words(RECORD_2020),
    result: words(RESULT_2020),
  },
  "2018": RULES_2018,
  "2018-unwrapped": RULES_2018,
};

function words(text: string): readonly string[] {
  return text.split(" ");
}

/** Answers as a generation of documents has it. */
export function createGeneration(generation: () => Generation): Layer {
  return (next) => (call) => {
    if (generation() === "today") return next(call);
    const { product, action } = call;
    const parameters = adaptParameters(generation(), product, action, call.parameters);
    return changingBodies(next, { ...call, parameters }, (body) => toGeneration(generation(), product, action, body));
  };
}

/** The parameters that a generation knows. @throws ApiError for an action or a page size that it did not have. */
function adaptParameters(
  generation: Generation,
  product: Product,
  action: string,
  parameters: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (generation === "today") return parameters;
  if (product === "swas") {
    if (action === "DescribeCommandInvocations") throw new ApiError("InvalidAction.NotFound");
    return parameters;
  }
  const rules = RULES[generation];
  if (action === "DescribeInvocationResults" && Number(parameters.get("PageSize") ?? 0) > rules.maxResultsPage) {
    throw new ApiError("InvalidParam.PageSize", { status: 403 });
  }
  return new Map([...parameters].filter(([name]) => !rules.unknownParameters.some((unknown) => unknown.test(name))));
}

/** Puts an answer of today into the shape of a generation. */
function toGeneration(generation: Generation, product: Product, action: string, body: Members): Members {
  if (generation === "today") return body;
  if (product === "swas") return action === "DescribeInvocations" ? withoutParameters(body) : body;
  const { NextToken: _, ...members } = body;
  if (action === "DescribeInvocations") return { ...members, Invocations: olderInvocations(generation, body) };
  return action === "DescribeInvocationResults" ? olderResults(generation, body) : members;
}

function withoutParameters(body: Members): Members {
  return { ...body, Invocations: list(body.Invocations).map(({ Parameters: _, ...rest }) => rest) };
}

function olderInvocations(generation: Exclude<Generation, "today">, body: Members): Members {
  const rules = RULES[generation];
  const isOldest = rules === RULES_2018;
  const invocations = list(member(body.Invocations, "Invocation")).map((run) => {
    const instances = list(member(run.InvokeInstances, "InvokeInstance")).map((record) =>
      lowerStatus(keep(record, rules.runInstance), "InstanceInvokeStatus", isOldest),
    );
    const kept: Members = { ...keep(run, rules.run), InvokeInstances: { InvokeInstance: instances } };
    return isOldest && kept.InvokeStatus === "Finished" ? { ...kept, InvokeStatus: "success" } : kept;
  });
  return { Invocation: invocations };
}

function lowerStatus(record: Members, name: string, isLower: boolean): Members {
  return isLower ? { ...record, [name]: String(record[name]).toLowerCase() } : record;
}

function olderResults(generation: Exclude<Generation, "today">, body: Members): Members {
  const rules = RULES[generation];
  const { NextToken: _, ...paging } = body.Invocation as Members;
  const results = list(member(paging.InvocationResults, "InvocationResult")).map((result, index) => {
    const kept = keep(result, rules.result);
    return rules === RULES_2018 ? toResult2018(kept, index) : kept;
  });
  const wrapped = { ...paging, InvocationResults: { InvocationResult: results } };
  if (generation === "2018-unwrapped") return { ...wrapped, RequestId: body.RequestId };
  return { ...body, Invocation: wrapped };
}

// The sample of 2018 has no status in every second record, and the wall clock of Shanghai.
function toResult2018({ InvokeRecordStatus, ...result }: Members, index: number): Members {
  const time = Date.parse(String(result.FinishedTime));
  const FinishedTime = Number.isNaN(time) ? "" : toShanghaiTime(time);
  return { ...result, FinishedTime, ...(index % 2 === 0 ? { InvokeRecordStatus } : {}) };
}

function toShanghaiTime(epochMs: number): string {
  return new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}

function keep(members: Members, names: readonly string[] | null): Members {
  if (names === null) return members;
  return Object.fromEntries(Object.entries(members).filter(([name]) => names.includes(name)));
}

function member(value: unknown, name: string): unknown {
  return (value as Members)[name];
}

function list(value: unknown): readonly Members[] {
  return value as readonly Members[];
}
