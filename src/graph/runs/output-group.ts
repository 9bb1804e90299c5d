import { createHash } from "node:crypto";
import { Args, Ctx, Field, Int, ObjectType } from "type-graphql";

import {
  decodeOutput,
  diffLines,
  type Execution,
  type OutputGroup as Group,
  groupOutputs,
  type InstanceInvocation as InstanceRecord,
  type LineDifference,
  maskOutput,
  type Operation,
  type Output,
} from "#domain";
import { type PageArguments, type Parts, readPageArguments, unitsToDecode } from "#services";
import {
  always,
  declareArgs,
  declareReads,
  declareShape,
  InstanceInvocationStatusEnum,
  LONG_TEXT,
  orNull,
  SafeInt,
  type ShownMembers,
  Value,
} from "../declarations/index.ts";
import { type GraphContext, workInParts } from "../operation/index.ts";
import { CommandOutput } from "../results/index.ts";
import { InstanceInvocation } from "./instance-invocation.ts";

/** How many of a short list are wanted. */
const FIRST: ShownMembers<FirstArgs> = { first: orNull(Int, "How many to give: 0 to 100, 20 if left out.") };

type FirstArgs = Pick<PageArguments, "first">;
const FirstArgs = declareArgs<FirstArgs>(FIRST);

/** Which groups of outputs are wanted. */
export interface OutputGroupsArgs extends FirstArgs {
  readonly similar?: boolean | null;
}

/** Which groups of outputs are wanted. */
export const OutputGroupsArgs = declareArgs<OutputGroupsArgs>({
  ...FIRST,
  similar: orNull(
    Boolean,
    "Take outputs for the same that differ only in the server's own names and addresses, times, ids and numbers; costs one call for " +
      "100 servers. Off if left out.",
  ),
});

/** How an output differs from another one. */
const OutputDifference = declareShape<LineDifference>(
  "OutputDifference",
  "How an output differs from another one, by lines.",
  {
    addedLines: always([String], "Lines that it has and the other lacks, at most 50."),
    missingLines: always([String], "Lines that it lacks and the other has, at most 50."),
    isCut: always(Boolean, "True if there are more such lines."),
  },
);

/** One instance as it was grouped: with its output only if that was here before. */
type Member = Execution & { readonly record: InstanceRecord };

/** Reads rows of the run with all that is known of them, in the order of their records. */
export type LoadRows = (records: readonly InstanceRecord[]) => Promise<readonly InstanceInvocation[]>;

/** A group without what it printed: of a hundred runs that would be hundreds of megabytes. */
interface Printed extends Omit<Group<Member>, "output"> {
  /** How long each output is; null if there is none. */
  readonly bytes: number | null;
}

/** What the largest group of a run printed, once it was decoded. */
interface Compared {
  text?: string;
}

/** Instances on which a run ended alike and printed the same. */
@ObjectType("OutputGroup", {
  description: "Instances on which a run ended alike and printed the same: 297 said ok, 3 said something else.",
})
export class OutputGroup {
  /**
   * @param largest the group that this one differs from, as all that stand beside it @param formOf what of a text counts, line for line
   * @param unnamed how many instances there are of which not even the id is known
   */
  constructor(
    private readonly record: Printed,
    private readonly largest: Printed,
    private readonly compared: Compared,
    private readonly formOf: (text: string) => string,
    private readonly load: LoadRows,
    private readonly unnamed = 0,
  ) {}

  @Field(() => CommandOutput, {
    nullable: true,
    description:
      "What each of them printed, of similar ones the first; null where that is nothing yet, and where `isKnown` is false.",
  })
  async output(): Promise<CommandOutput | null> {
    const output = await this.read(this.record);
    return output === null ? null : shownOf(output);
  }

  @Value(() => Boolean, {
    description:
      "False if no answer of the upstream told what they printed: `output: null` then does not say that it was nothing.",
  })
  get isKnown(): boolean {
    return this.record.isKnown;
  }

  @Value(() => Int, { description: "How many instances there are; at least 1." })
  get count(): number {
    return this.record.executions.length + this.unnamed;
  }

  @Value(() => [String], {
    description:
      "Ids of all of them, in order; none for instances that cannot be shown, which are one group, `UNKNOWN`.",
  })
  get instanceIds(): readonly string[] {
    return this.record.executions.map((execution) => execution.instanceId);
  }

  /** Of all outputs together; for the audit. */
  get byteLength(): number {
    return (this.record.bytes ?? 0) * this.record.executions.length;
  }

  @Field(() => OutputDifference, {
    nullable: true,
    description:
      "How it differs from what the largest group printed; null for the largest group, and where `isKnown` is false.",
    complexity: LONG_TEXT,
  })
  difference(@Ctx() { operation }: GraphContext): LineDifference | null | Promise<LineDifference> {
    if (this.record === this.largest || !this.isKnown) return null;
    operation.meter.addReading?.("decodedBytes", (this.record.bytes ?? 0) + (this.largest.bytes ?? 0));
    return this.readAndDiffer(operation);
  }

  private async readAndDiffer(operation: Operation): Promise<LineDifference> {
    const [own, other] = await Promise.all([this.read(this.record), this.read(this.largest)]);
    return workInParts(operation, this.differ(own, other));
  }

  // To decode either may take many times a turn, and the largest is compared with each other one.
  private *differ(own: Output | null, other: Output | null): Parts<LineDifference> {
    yield decodingUnitsOf(own);
    const text = textOf(own);
    if (this.compared.text === undefined) {
      yield decodingUnitsOf(other);
      this.compared.text ??= textOf(other);
    }
    yield (sizeOf(own) + sizeOf(other)) * COMPARE_UNITS;
    return diffLines(text, this.compared.text, this.formOf);
  }

  @Field(() => [InstanceInvocation], { description: "The first of them, by instance id." })
  instanceInvocations(@Args(() => FirstArgs) args: FirstArgs): Promise<readonly InstanceInvocation[]> {
    return this.load(firstOf(this.record.executions, args).map(({ record }) => record));
  }

  /** What each of a group printed, read once more if it was left out. @throws why it cannot be read any more */
  private async read({ bytes, executions: [first] }: Printed): Promise<Output | null> {
    if (bytes === null || first === undefined) return null;
    if (first.output != null) return first.output;
    const [row] = await this.load([first.record]);
    if (row?.printed instanceof Error) throw row.printed;
    return row?.printed.output ?? null;
  }
}

const shown = new WeakMap<Output, CommandOutput>();

/** One object as long as the output lives, so that it is decoded once. */
function shownOf(output: Output): CommandOutput {
  const made = shown.get(output) ?? new CommandOutput(output);
  shown.set(output, made);
  return made;
}

declareReads<Printed>(OutputGroup.prototype, {
  status: always(InstanceInvocationStatusEnum, "State of each of them."),
  exitCode: orNull(SafeInt, "Exit code of each of them; null until it is final."),
});

/**
 * Groups the rows of a run, largest group first: by the bytes that were printed, and how many were dropped, since what was cut away
 * may differ.
 * @throws the error of the first row whose output could not be read: groups that leave out instances would mislead
 */
export function* groupRows(
  rows: readonly InstanceInvocation[],
  records: readonly InstanceRecord[],
  load: LoadRows,
): Parts<readonly OutputGroup[]> {
  const members = membersOf(rows, records);
  const forms = new Map<Member, string>();
  for (const member of members) {
    const { output } = member;
    if (output == null) continue;
    yield sizeOf(output) * HASH_UNITS;
    forms.set(member, `${output.droppedBytes}/${hashOf(output.bytes)}`);
  }
  const groups = groupOutputs(members, (member) => forms.get(member) ?? "").map(toPrinted);
  const compared: Compared = {};
  return groups.map((group) => new OutputGroup(group, groups[0] ?? group, compared, (text) => text, load));
}

/**
 * The same for outputs that differ in no more than the servers' own words, times, addresses, ids and numbers.
 * @param wordsOf names and addresses of a server, by its id
 */
export function* groupSimilarRows(
  rows: readonly InstanceInvocation[],
  records: readonly InstanceRecord[],
  wordsOf: (instanceId: string) => readonly string[],
  load: LoadRows,
): Parts<readonly OutputGroup[]> {
  const members = membersOf(rows, records);
  const forms = new Map<Member, string>();
  for (const member of members) {
    yield sizeOf(member.output) * MASK_UNITS + decodingUnitsOf(member.output);
    forms.set(member, hashOf(maskOutput(textOf(member.output), wordsOf(member.instanceId))));
  }
  const groups = groupOutputs(members, (member) => forms.get(member) ?? "").map(toPrinted);
  const own = groups.map(({ executions: [first] }) => wordsOf(first?.instanceId ?? ""));
  const compared: Compared = {};
  return groups.map((group, index) => {
    const words = [...(own[index] ?? []), ...(own[0] ?? [])];
    return new OutputGroup(group, groups[0] ?? group, compared, (text) => maskOutput(text, words), load);
  });
}

/** The groups, largest first, with one for so many instances of which not even the id is known. */
export function withUnnamed(groups: readonly OutputGroup[], unnamed: number): readonly OutputGroup[] {
  if (unnamed === 0) return groups;
  const record = { status: "UNKNOWN", exitCode: null, bytes: null, isKnown: false, executions: [] } as const;
  const own = new OutputGroup(
    record,
    record,
    {},
    (text) => text,
    async () => [],
    unnamed,
  );
  return [...groups, own].sort((a, b) => b.count - a.count);
}

/** What hashing costs for each byte, against one step of a pattern. */
const HASH_UNITS = 1;
/** The same for masking. */
const MASK_UNITS = 12;
/** The same for comparing, which masks as well. */
const COMPARE_UNITS = 16;

// A masked text can be several times as long as what was printed, and there may be hundreds.
function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("base64");
}

function membersOf(rows: readonly InstanceInvocation[], records: readonly InstanceRecord[]): readonly Member[] {
  return records.flatMap((record, index) => {
    const execution = rows[index]?.printed;
    if (execution instanceof Error) throw execution;
    return execution === undefined ? [] : [{ ...execution, record }];
  });
}

function toPrinted({ output, executions, ...group }: Group<Member>): Printed {
  const bytes = output === null ? null : sizeOf(output);
  return { ...group, bytes, executions: executions.map(withoutReadAgain) };
}

/** Without an output that is read again if it is shown. */
function withoutReadAgain(member: Member): Member {
  const { keptOutput } = member.record;
  return keptOutput === undefined ? member : { ...member, output: undefined, keptOutput };
}

function textOf(output: Output | null | undefined): string {
  return output == null ? "" : decodeOutput(output.bytes, output.droppedBytes).text;
}

/** The first of a short list, as many as were asked for. */
export function firstOf<Member>(members: readonly Member[], { first }: FirstArgs): readonly Member[] {
  return members.slice(0, readPageArguments({ first: first ?? null }).size);
}

function sizeOf(output: Output | null | undefined): number {
  return output?.bytes.byteLength ?? 0;
}

function decodingUnitsOf(output: Output | null | undefined): number {
  return output == null ? 0 : unitsToDecode(output.bytes);
}
