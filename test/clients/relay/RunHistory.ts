// What a frontend writes: the executions of a repeated run on one instance, and what ran on that instance.
declare const graphql: (parts: TemplateStringsArray) => unknown;

export const row = graphql`
  fragment RunHistory_row on InstanceInvocation
  @refetchable(queryName: "RunHistoryRefetchQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" }) {
    instanceId
    exitCode
    history(first: $count, after: $cursor) @connection(key: "RunHistory_history") {
      edges {
        node {
          id
          status
          output @include(if: false) {
            text
          }
        }
      }
    }
  }
`;

export const server = graphql`
  fragment RunHistory_server on Instance
  @refetchable(queryName: "RunHistoryServerQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" }) {
    name
    invocations(first: $count, after: $cursor) @connection(key: "RunHistory_invocations") {
      edges {
        node {
          id
          status
        }
      }
    }
  }
`;
