import type { Kysely } from "kysely";
import { toOrderedText } from "./ordered-text.ts";
import type { Tables } from "./tables.ts";

/** Whose runs are kept under the alias of an account. */
export interface AccountOwners {
  /** What stands for the owner of what is kept; null if nobody has told. */
  read(alias: string): Promise<string | null>;
  note(alias: string, owner: string): Promise<void>;
}

/** Owners, as a database keeps them. */
export function createAccountOwners(db: Kysely<Tables>, schema: string): AccountOwners {
  const tables = db.withSchema(schema);
  return {
    async read(alias) {
      const row = await tables
        .selectFrom("account")
        .select("owner")
        .where("alias", "=", toOrderedText(alias))
        .executeTakeFirst();
      return row?.owner ?? null;
    },
    async note(alias, owner) {
      await tables
        .insertInto("account")
        .values({ alias: toOrderedText(alias), owner })
        .onConflict((conflict) => conflict.column("alias").doUpdateSet({ owner }))
        .execute();
    },
  };
}
