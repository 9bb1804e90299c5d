// What a frontend writes: a list of runs that loads more, and a query that begins it.
declare const graphql: (parts: TemplateStringsArray) => unknown;

export const page = graphql`
  query RunListQuery($filter: InvocationFilter) {
    ...RunList_runs @arguments(filter: $filter)
  }
`;

export const list = graphql`
  fragment RunList_runs on Query
  @refetchable(queryName: "RunListPaginationQuery")
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 10 }
    cursor: { type: "String" }
    filter: { type: "InvocationFilter" }
  ) {
    invocations(first: $count, after: $cursor, filter: $filter)
      @connection(key: "RunList_invocations", filters: ["filter"]) {
      edges {
        node {
          id
          ...RunCard_run
        }
      }
      sources {
        regionId
        ok
      }
    }
  }
`;
