import { toGlobalId } from "#graph";
import {
  CALLERS,
  type CallerName,
  COMMAND_CANARY,
  type GuardedGateway,
  type MarkedSource,
  OUTPUT_CANARY,
  SOURCES,
  startGuardedGateway,
} from "../test/support/access.ts";

/**
 * Two callers of different rights ask for the same run at the same time, in every order, while it is read for the first time, is read by
 * the other, or is known: over one gateway whose readings, store and objects all callers share. Allowed are 0 answers that hold
 * what the caller may not see, and 0 that lack what the caller may.
 * `npm run bench -- interleavings` makes 10,000 rounds; the seed of a run that failed is printed.
 */
const ROUNDS = Number(process.env.ROUNDS ?? 10_000);
/** Each gateway begins with nothing known. */
const ROUNDS_A_GATEWAY = 500;
const LANES = 8;
const QUESTIONS = 7;
/** Lists may be cut off before the run, and searches find what is known: the others show it. */
const ALWAYS_SHOWN = [0, 1, 2, 3, 6];

interface Asked {
  readonly at: MarkedSource;
  readonly invokeId: string;
  readonly name: string;
  /** In what the run printed, and nowhere else. */
  readonly print: string;
}

const RUN = `id invokeId parameters command { name content } outputGroups { output { text } }
  instanceInvocations { nodes { error { info } result { username output { text base64 } } } }`;

const rightsOf = (caller: CallerName, { at, name }: Asked) => {
  const isSeen =
    (caller !== "tester" || at.account === "testing") && (caller !== "auditor" || name.startsWith("audit"));
  return { runs: isSeen, texts: isSeen && caller !== "viewer" };
};

let seed = Number(process.env.SEED ?? Date.now() % 1_000_000) || 1;
console.log(`seed ${seed}`);
const draw = (below: number): number => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};
const oneOf = <Value>(values: readonly Value[]): Value => values[draw(values.length)] as Value;

const tally = { answers: 0, given: 0, cross: 0, lacking: 0 };
for (let done = 0; done < ROUNDS; done += ROUNDS_A_GATEWAY) {
  const gateway = await startGuardedGateway({}, { FRESHNESS_MS: "20", CLIENT_CALLS_PER_MINUTE: "0" });
  const known: Asked[] = [];
  const lane = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS_A_GATEWAY / LANES; round += 1) await meet(gateway, known, done + round);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await gateway.stop();
}
console.log(`${ROUNDS} rounds, ${tally.answers} answers, ${tally.given} of them with outputs that the caller may read`);
console.log(
  `${tally.cross} cross reads, ${tally.lacking} answers without what the caller may see: expected 0 of each.`,
);
if (tally.cross + tally.lacking > 0) process.exitCode = 1;

/** One round: two callers, one run, which in two of three rounds nobody has read before. */
async function meet(gateway: GuardedGateway, known: Asked[], round: number): Promise<void> {
  const asked = known.length === 0 || draw(3) > 0 ? addRun(gateway, round) : oneOf(known);
  known.push(asked);
  const first = oneOf(CALLERS);
  const second = oneOf(CALLERS.filter((caller) => caller !== first));
  const ask = async (caller: CallerName, rounds: number) => {
    for (let wait = 0; wait < rounds; wait += 1) await new Promise((resolve) => setImmediate(resolve));
    const question = draw(QUESTIONS);
    judge(caller, asked, question, await askAs(gateway, caller, asked, question));
  };
  await Promise.all([ask(first, 0), ask(second, draw(12))]);
}

function addRun(gateway: GuardedGateway, round: number): Asked {
  const at = oneOf(SOURCES);
  const name = `${oneOf(["deploy", "audit"])}-${at.mark}`;
  const print = `print-${round}-${draw(1_000_000_000)}`;
  const invokeId = gateway.emulator.world.addInvocation(at.provider === "ECS" ? "ecs" : "swas", at.regionId, {
    commandName: name,
    content: `echo ${COMMAND_CANARY} ${at.mark}`,
    parameters: { name: `${COMMAND_CANARY} ${at.mark}` },
    username: COMMAND_CANARY,
    instances: [
      { instanceId: at.instanceId, status: "Failed", output: `${OUTPUT_CANARY} ${print}\n`, errorInfo: OUTPUT_CANARY },
    ],
  });
  return { at, invokeId, name, print };
}

async function askAs(gateway: GuardedGateway, caller: CallerName, { at, invokeId, print }: Asked, question: number) {
  const { provider, account, regionId, instanceId } = at;
  const source = { provider, account, regionId };
  const id = toGlobalId({ type: "Invocation", source, invokeId });
  const result = toGlobalId({ type: "InvocationResult", source, invokeId, instanceId, execution: null });
  const words = `provider: ${provider}, account: "${account}", regionId: "${regionId}"`;
  const queries = [
    `{ node(id: "${id}") { ... on Invocation { ${RUN} } } }`,
    `{ nodes(ids: ["${id}", "${result}"]) { ... on Invocation { ${RUN} } ... on InvocationResult { username output { text } } } }`,
    `{ lookup(by: { id: "${id}" }) { ... on Invocation { ${RUN} } } }`,
    `{ invocationResults(filter: { ${words}, invokeId: "${invokeId}" }) { nodes { username output { text } } } }`,
    `{ invocations(first: 5) { nodes { ${RUN} } totalCount sources { regionId } } viewer { may } }`,
    `{ searchOutputs(text: "${print}") { nodes { line invocation { ${RUN} } } } }`,
  ];
  const query = queries[question];
  if (query !== undefined) return JSON.stringify(await gateway.askAs(caller, query));
  const headers = { authorization: `Bearer ${gateway.keys[caller]}`, "apollo-require-preflight": "1" };
  return (await fetch(new URL(`/export?id=${id}`, gateway.url), { headers })).text();
}

function judge(caller: CallerName, asked: Asked, question: number, answer: string): void {
  const { runs, texts } = rightsOf(caller, asked);
  const foreign = [
    ...(texts ? [] : [asked.print]),
    ...(runs ? [] : [asked.invokeId]),
    ...(caller === "viewer" ? [OUTPUT_CANARY, COMMAND_CANARY] : []),
    ...(caller === "tester" ? ["crimson", "cn-hangzhou"] : []),
    ...(caller === "auditor" ? ["deploy-"] : []),
  ].filter((word) => answer.includes(word));
  tally.answers += 1;
  if (answer.includes(asked.print) && texts) tally.given += 1;
  if (foreign.length > 0) {
    tally.cross += 1;
    console.log(`${caller} got ${foreign.join(", ")} by question ${question}: ${answer.slice(0, 500)}`);
  } else if (texts && ALWAYS_SHOWN.includes(question) && !answer.includes(asked.print)) {
    tally.lacking += 1;
    console.log(`${caller} lacks ${asked.print} by question ${question}: ${answer.slice(0, 500)}`);
  }
}
