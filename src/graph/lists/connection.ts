import { type ClassType, Int, ObjectType } from "type-graphql";

import type { Page, PageArguments, Edge as PageEdge } from "#services";
import { always, declareArgs, declareMembers, orNull, type ShownMembers, Value } from "../declarations/index.ts";
import { joinSelections, type Selection } from "../operation/index.ts";
import { SourceState } from "../sources/index.ts";

/** Relay's four paging arguments, the same for every list. */
export const PAGE_ARGUMENTS: ShownMembers<PageArguments> = {
  first: orNull(Int, "How many rows to give from the start of the list, or behind `after`: 0 to 100, 20 if left out."),
  after: orNull(String, "Go on behind this cursor of the same list. Goes with `first`."),
  last: orNull(Int, "How many rows to give from the end of the list, or in front of `before`: 0 to 100."),
  before: orNull(String, "Stop in front of this cursor of the same list. Goes with `last`."),
};

/** Those of a list that takes no others. */
export const PageArgs = declareArgs<PageArguments>(PAGE_ARGUMENTS);

/** Where a page stands in its list. */
@ObjectType("PageInfo", { description: "Where a page stands in its list." })
export class PageInfo {
  constructor(private readonly page: Page<unknown>) {}

  @Value(() => Boolean, { description: "True where more rows follow; fetch them with `after: endCursor`." })
  get hasNextPage(): boolean {
    return this.page.hasNextPage;
  }

  @Value(() => Boolean, {
    description: "Going backwards: true where more rows precede. Forwards: true when `after` was given.",
  })
  get hasPreviousPage(): boolean {
    return this.page.hasPreviousPage;
  }

  @Value(() => String, { nullable: true, description: "Cursor of the first row." })
  get startCursor(): string | null {
    return this.page.startCursor();
  }

  @Value(() => String, {
    nullable: true,
    description: "Cursor of the last row; also set on an empty page that can be continued.",
  })
  get endCursor(): string | null {
    return this.page.endCursor();
  }

  @Value(() => Boolean, {
    description:
      "False where rows may be missing: a source did not tell all that the page needs, or the search for matching rows was broken " +
      "off to spare the upstream, and `endCursor` goes on from there.",
  })
  get isScanComplete(): boolean {
    return this.page.isScanComplete;
  }
}

/** One row of a page with its cursor. */
class Edge<Row> {
  constructor(
    private readonly edge: PageEdge<unknown>,
    readonly node: Row,
  ) {}

  get cursor(): string {
    return this.edge.cursor();
  }
}

/** A page as clients see it, for rows of any type. */
export class Connection<Row> {
  readonly pageInfo: PageInfo;
  #edges: readonly Edge<Row>[] | undefined;
  #sources: readonly SourceState[] | undefined;

  /** @param nodes the page's rows as clients see them, one for each edge */
  constructor(
    private readonly page: Page<unknown>,
    readonly nodes: readonly Row[],
  ) {
    this.pageInfo = new PageInfo(page);
  }

  get edges(): readonly Edge<Row>[] {
    this.#edges ??= this.page.edges.map((edge, index) => new Edge(edge, this.nodes[index] as Row));
    return this.#edges;
  }

  get totalCount(): number | null {
    return this.page.totalCount;
  }

  get sources(): readonly SourceState[] {
    this.#sources ??= this.page.sources.map((state) => new SourceState(state));
    return this.#sources;
  }
}

/** The rows of a page become what clients see. */
export function connect<Record, Row>(page: Page<Record>, toRow: (record: Record) => Row): Connection<Row> {
  return new Connection(
    page,
    page.edges.map((edge) => toRow(edge.node)),
  );
}

/** What is selected of the rows of a connection, whether as `nodes` or by `edges`. */
export function rowsOf(connection: Selection | null): Selection | null {
  return joinSelections(connection?.under("nodes"), connection?.under("edges")?.under("node"));
}

/** What tells one kind of connection from another. */
export interface ConnectionKind {
  /** Name of the row's type. */
  readonly name: string;
  readonly row: ClassType;
  /** What the rows are, in the plural, for descriptions. */
  readonly plural: string;
  /** True where the rows come from many sources, which may fail one by one. */
  readonly hasSources: boolean;
}

/** Declares `<name>Edge` and `<name>Connection` and gives the latter. */
export function declareConnection(kind: ConnectionKind): ClassType {
  class DeclaredConnection extends Connection<unknown> {}
  declareFields(DeclaredConnection.prototype, kind);
  ObjectType(`${kind.name}Connection`, { description: `A page of ${kind.plural}.` })(DeclaredConnection);
  return DeclaredConnection as ClassType;
}

/** Declares `<name>Edge`, and on a class of its own what every connection has, for one that has more. */
export function declareFields(fields: Connection<unknown>, { name, row, plural, hasSources }: ConnectionKind): void {
  class DeclaredEdge extends Edge<unknown> {}
  declareMembers<Edge<unknown>>(DeclaredEdge.prototype, {
    cursor: always(String, "Opaque; what `after` and `before` of the same list take."),
    node: orNull(row, "The row; null where it could not be read."),
  });
  ObjectType(`${name}Edge`, { description: `One of a page of ${plural}, with its cursor.` })(DeclaredEdge);
  const nodes = "The rows; null in place of one that could not be read.";
  declareMembers<Connection<unknown>>(fields, {
    edges: always([DeclaredEdge], "The rows, each with its cursor."),
    nodes: { type: [row], options: { description: nodes, nullable: "items" } },
    pageInfo: always(PageInfo, "Where this page stands in the list."),
    totalCount: orNull(
      Int,
      "How many rows the whole list has; null where that cannot be known. Counted only when selected.",
    ),
    ...(hasSources && {
      sources: always([SourceState], "The places this page was read from, and how each of them fared."),
    }),
  });
}
