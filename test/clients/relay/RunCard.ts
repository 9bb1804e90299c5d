// What a frontend writes: a run that polls, with its instances, which page in both directions.
declare const graphql: (parts: TemplateStringsArray) => unknown;

export const card = graphql`
  fragment RunCard_run on Invocation
  @refetchable(queryName: "RunCardRefetchQuery")
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 1 }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    invokeId
    status
    creationTime
    parameters
    instanceInvocations(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "RunCard_instanceInvocations") {
      totalCount
      edges {
        node {
          ...RunHistory_row
        }
      }
    }
  }
`;
