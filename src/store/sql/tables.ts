import type { ColumnType, Generated, Kysely, Transaction } from "kysely";

/** How an output or a script is kept: never asked for, asked for and not there, or as content. */
export const UNREAD = 0;
export const NONE = 1;
export const KEPT = 2;

/** JSON goes in as text and comes out parsed. Its column is `json`: `jsonb` refuses NUL and forgets the order of members. */
type Json = ColumnType<unknown, string, string>;

/** A run without its executions and its script. */
export interface RunTable {
  readonly id: Generated<number>;
  /** `sourceRank` of the source, as every text that is compared: {@link toOrderedText}. */
  readonly source_key: string;
  readonly invoke_id: string;
  /** The creation time in milliseconds, negative, so that the total order ascends. */
  readonly age: number;
  readonly status: string;
  /** True while something of the run may change. */
  readonly is_open: boolean;
  readonly has_schedule: boolean;
  readonly command_id: string | null;
  readonly command_name: string | null;
  readonly command_type: string | null;
  /** The command's name in small letters, as {@link toSearchedText}. */
  readonly searched_name: string | null;
  readonly repeat_mode: string | null;
  /** When it was over, in milliseconds; null until then. */
  readonly finished_at: number | null;
  /** In milliseconds; null if it is not over or does not tell. */
  readonly duration_ms: number | null;
  readonly labels: readonly string[];
  readonly record: Json;
  readonly script_state: number;
  readonly script: string | null;
  readonly read_at: number;
  readonly is_gone: boolean;
  /** The transactions in which it was written first and last. */
  readonly created_in: Generated<string>;
  readonly changed_in: Generated<string>;
  /** Which process wrote it last. */
  readonly changed_by: string;
}

/** An output, where an execution or a loose result refers to it. */
interface OutputColumns {
  readonly output_state: number;
  readonly output: string | null;
  readonly dropped_bytes: number | null;
  readonly is_guess: boolean;
}

/** One instance of a run. */
export interface ExecutionTable extends OutputColumns {
  readonly run: number;
  readonly instance_id: string;
  readonly place: number;
  readonly status: string;
  readonly error_code: string | null;
  readonly exit_code: number | null;
  /** In milliseconds; null if it does not tell both ends. */
  readonly duration_ms: number | null;
  readonly record: Json;
  /** When it was read alone; null if it was read with its run. */
  readonly read_at: number | null;
}

/** A result of a run that is not known. */
export interface LooseResultTable extends OutputColumns {
  readonly source_key: string;
  readonly invoke_id: string;
  readonly instance_id: string;
  readonly record: Json;
  readonly read_at: number;
}

/** Outputs and scripts, once by content and account. */
export interface ContentTable {
  readonly id: string;
  /** What the bytes say, for searching. */
  readonly text: string;
  /** Null if the text's UTF-8 is the content. */
  readonly bytes: Buffer | null;
  /** Day since 1970 on which it was written last. */
  readonly used_day: number;
}

/** How far a list is known. */
export interface ListTable {
  readonly source_key: string;
  readonly list_key: string;
  readonly spans: Json;
  readonly notes: Json;
  readonly read_at: number | null;
  /** Counts how often another process came to write it: who read it before that cannot write it any more. */
  readonly epoch: Generated<number>;
  readonly written_by: string;
}

/** Which runs of a source were let go: those created at `cut_at`, in milliseconds, or earlier. */
export interface SourceTable {
  readonly source_key: string;
  readonly cut_at: number;
}

/** Whose runs are kept under the alias of an account. */
export interface AccountTable {
  readonly alias: string;
  readonly owner: string;
}

/** What the keeper knows of itself. */
export interface KeeperTable {
  readonly version: number;
  readonly content_key: Buffer;
}

/** Every table; they live in a schema of their own. */
export interface Tables {
  readonly run: RunTable;
  readonly execution: ExecutionTable;
  readonly loose_result: LooseResultTable;
  readonly content: ContentTable;
  readonly list: ListTable;
  readonly source: SourceTable;
  readonly account: AccountTable;
  readonly keeper: KeeperTable;
}

/** A connection, or a transaction. */
export type Queries = Kysely<Tables> | Transaction<Tables>;
