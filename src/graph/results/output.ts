import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, Field, Info, Int, ObjectType } from "type-graphql";

import {
  applyOverwriting,
  countLines,
  type DecodedOutput,
  decodeOutput,
  firstLines,
  lastLines,
  limitBytes,
  type Operation,
  type Output,
  stripAnsi,
} from "#domain";
import { type LineMatch, type LineSearch, type Matchers, type Parts, searchLines, unitsToDecode } from "#services";
import {
  always,
  Base64,
  declareShape,
  JsonObject,
  LONG_TEXT,
  SafeInt,
  type ShownMembers,
  Value,
} from "../declarations/index.ts";
import {
  type GraphContext,
  inOrder,
  oncePerOperation,
  oncePerPlace,
  selectionOf,
  workInOne,
  workInParts,
} from "../operation/index.ts";
import { DEFAULT_MATCHES, SearchArgs } from "./search-arguments.ts";
import { checkTextArgs, TextArgs } from "./text-arguments.ts";

/** What is shown of a line that matches. */
export const MATCH_MEMBERS: ShownMembers<LineMatch> = {
  lineNumber: always(Int, "Number of the line, counted from 1."),
  line: always(String, "The line without its end."),
  before: always([String], "The lines in front of it, as many as `contextLines` asked for."),
  after: always([String], "The lines behind it, as many as `contextLines` asked for."),
};

/** A line that matches a search. */
export const OutputMatch = declareShape<LineMatch>(
  "OutputMatch",
  "A line of an output that matches a search.",
  MATCH_MEMBERS,
);

/** What an execution printed. */
@ObjectType("CommandOutput", {
  description:
    "What an execution printed. The upstream keeps 24 KB, beginning and end, and drops what lies between; while it runs, only a beginning may be there.",
})
export class CommandOutput {
  #decoded: DecodedOutput | undefined;

  constructor(private readonly output: Output) {}

  @Field(() => String, {
    description:
      "Decoded text, whole unless the arguments say otherwise. What a cut left of a character is U+FFFD, and spoils no other one.",
    complexity: LONG_TEXT,
  })
  text(@Args(() => TextArgs) args: TextArgs, @Ctx() { operation }: GraphContext): string | Promise<string> {
    checkTextArgs(args);
    if (isWhole(args)) return this.read(operation, ({ text }) => text);
    const { bytes } = this.output;
    const decodingUnits = decodesAnew(args) ? unitsToDecode(bytes) : this.undecodedUnits;
    const cut = () => cutText(this.decode(args).text, args);
    return this.workOnce(operation, `text ${JSON.stringify(args)}`, bytes.byteLength, decodingUnits, cut);
  }

  @Field(() => JsonObject, {
    nullable: true,
    description: "The text read as JSON; null if it is no JSON object, also since bytes were dropped.",
    complexity: LONG_TEXT,
  })
  textAsJson(@Ctx() { operation }: GraphContext): JsonRead | Promise<JsonRead> {
    const decodedBytes = this.#decoded === undefined ? this.byteLength : 0;
    const parse = () => parseObject(this.decoded.text);
    return this.workOnce(operation, "textAsJson", decodedBytes, this.undecodedUnits, parse);
  }

  @Value(() => Base64, {
    description: "The bytes as the upstream gave them; if `isRedacted`, the masked text as UTF-8.",
    complexity: LONG_TEXT,
  })
  get base64(): Uint8Array {
    return this.output.bytes;
  }

  @Value(() => Int, { description: "How many bytes there are." })
  get byteLength(): number {
    return this.output.bytes.byteLength;
  }

  @Field(() => Int, { description: "How many lines there are; a last line counts also without a line end." })
  lineCount(@Ctx() { operation }: GraphContext): number | Promise<number> {
    const count = ({ text }: DecodedOutput) =>
      workInOne(operation, text.length / CHARACTERS_A_UNIT, () => countLines(text));
    return oncePerOperation(operation, this, "lineCount", () => this.read(operation, count));
  }

  @Field(() => [OutputMatch], {
    description: "The lines that match, without transferring the others.",
    complexity: LONG_TEXT,
  })
  search(
    @Args(() => SearchArgs) args: SearchArgs,
    @Ctx() { operation }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): readonly LineMatch[] | Promise<readonly LineMatch[]> {
    const isContextShown = oncePerPlace(info, () => selectionOf(info).hasAny("before", "after"));
    const key = `search ${isContextShown} ${JSON.stringify(args)}`;
    return oncePerOperation(operation, this, key, () => this.find(args, isContextShown, operation));
  }

  @Value(() => SafeInt, { nullable: true, description: "Bytes the upstream cut away; null where it does not say." })
  get droppedBytes(): number | null {
    return this.output.droppedBytes;
  }

  @Value(() => Boolean, {
    nullable: true,
    description: "True where the upstream cut bytes away; null where it does not say.",
  })
  get truncated(): boolean | null {
    return this.output.droppedBytes === null ? null : this.output.droppedBytes > 0;
  }

  @Field(() => String, {
    description:
      "WHATWG name of the charset that was found for the whole, as `utf-8` or `gb18030`. Lines of the other one of these two are " +
      "decoded as such all the same.",
  })
  charset(@Ctx() { operation }: GraphContext): string | Promise<string> {
    return this.read(operation, ({ charset }) => charset);
  }

  @Field(() => Boolean, {
    description:
      "True where some bytes could not be decoded, and `base64` has them all; also where the upstream had lost some, or sent no base64. " +
      "If `truncated`, the halves of two characters that were cut may make up one: nothing shows that.",
  })
  lossy(@Ctx() { operation }: GraphContext): boolean | Promise<boolean> {
    return this.output.isDamaged === true || this.read(operation, ({ lossy }) => lossy);
  }

  @Field(() => Boolean, {
    description:
      "False where nothing says that `charset` is right: bytes that fit GB18030 without looking Chinese, or that fit nothing. Pass " +
      "another one to `text`. False also if the upstream does not say whether it sent base64, so that the bytes are a guess.",
  })
  isCharsetCertain(@Ctx() { operation }: GraphContext): boolean | Promise<boolean> {
    return this.output.isGuess !== true && this.read(operation, ({ isCharsetCertain }) => isCharsetCertain);
  }

  @Value(() => Boolean, { description: "True where the gateway's rules have masked parts of the text." })
  get isRedacted(): boolean {
    return this.output.isRedacted === true;
  }

  /** What is read from the decoded output; to decode it may take many times a turn, so that waits for one. */
  private read<Made>(
    operation: Operation,
    make: (decoded: DecodedOutput) => Made | Promise<Made>,
  ): Made | Promise<Made> {
    if (this.#decoded !== undefined) return make(this.#decoded);
    const { bytes } = this.output;
    const decoded = oncePerOperation(operation, this, "decoded", () => {
      operation.meter.addReading?.("decodedBytes", bytes.byteLength);
      return workInOne(operation, unitsToDecode(bytes), () => this.decoded);
    });
    return decoded instanceof Promise ? decoded.then(make) : make(decoded);
  }

  /** Makes the same of the output once an operation, in a turn. */
  private workOnce<Made>(
    operation: Operation,
    key: string,
    decodedBytes: number,
    decodingUnits: number,
    make: () => Made,
  ): Made | Promise<Made> {
    return oncePerOperation(operation, this, key, () => {
      operation.meter.addReading?.("decodedBytes", decodedBytes);
      return workInOne(operation, this.byteLength * UNITS_A_BYTE + decodingUnits, make);
    });
  }

  private find(
    args: SearchArgs,
    isContextShown: boolean,
    operation: Operation,
  ): readonly LineMatch[] | Promise<readonly LineMatch[]> {
    operation.meter.addReading?.("searchedBytes", this.output.bytes.byteLength);
    const { contextLines, limit } = args;
    const search = { ...args, contextLines: contextLines ?? 0, isContextShown, limit: limit ?? DEFAULT_MATCHES };
    const matchers = oncePerOperation(operation, CommandOutput, "matchers", (): Matchers => new Map());
    return inOrder(operation, async () => workInParts(operation, this.searchDecoded(search, matchers, operation)));
  }

  private *searchDecoded(search: LineSearch, matchers: Matchers, { meter }: Operation): Parts<readonly LineMatch[]> {
    yield this.undecodedUnits;
    // Once the answer is too large, nothing more is looked for.
    meter.addAnswer?.(0, 0);
    return yield* searchLines(this.decoded.text, search, matchers);
  }

  private get undecodedUnits(): number {
    return this.#decoded === undefined ? unitsToDecode(this.output.bytes) : 0;
  }

  private get decoded(): DecodedOutput {
    this.#decoded ??= decodeOutput(this.output.bytes, this.output.droppedBytes);
    return this.#decoded;
  }

  private decode(args: TextArgs): DecodedOutput {
    if (!decodesAnew(args)) return this.decoded;
    const { charset, fromByte } = args;
    const options = { fromByte: fromByte ?? 0, ...(charset == null ? {} : { charset }) };
    return decodeOutput(this.output.bytes, this.output.droppedBytes, options);
  }
}

/** True if what was decoded before is of no use. */
function decodesAnew({ charset, fromByte }: TextArgs): boolean {
  return charset != null || (fromByte ?? 0) > 0;
}

function isWhole({ applyOverwriting, stripAnsi, firstLines, lastLines, maxBytes, ...rest }: TextArgs): boolean {
  const isCut = firstLines != null || lastLines != null || maxBytes != null;
  return !decodesAnew(rest) && !isCut && applyOverwriting !== true && stripAnsi !== true;
}

function cutText(whole: string, args: TextArgs): string {
  let text = whole;
  if (args.applyOverwriting) text = applyOverwriting(text);
  if (args.stripAnsi) text = stripAnsi(text);
  if (args.firstLines != null) text = firstLines(text, args.firstLines);
  if (args.lastLines != null) text = lastLines(text, args.lastLines);
  return args.maxBytes == null ? text : limitBytes(text, args.maxBytes);
}

type JsonRead = Readonly<Record<string, unknown>> | null;

// To cut the text of a byte, or to read it as JSON and weigh that, takes as long as a search takes for so many units.
const UNITS_A_BYTE = 2;
/** Of a text of line feeds alone, so many are counted in the time of a unit. */
const CHARACTERS_A_UNIT = 4;
/** What is nested deeper cannot be written again, for the engine calls itself for each level. */
const MOST_LEVELS = 200;

function parseObject(text: string): JsonRead {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const read = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return isDeeper(read, MOST_LEVELS) ? null : read;
  } catch {
    return null;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}
