// Made by `npm run generate` from schema/schema.graphql.
/** Object types behind each interface and union. */
export const POSSIBLE_TYPES = {
  "Node": [
    "Instance",
    "InstanceInvocation",
    "Invocation",
    "InvocationResult"
  ]
} as const;

/** Arguments that make a list another list, of each field that pages. */
export const CONNECTIONS = {
  "Query": {
    "searchOutputs": [
      "text",
      "pattern",
      "ignoreCase",
      "contextLines",
      "filter"
    ],
    "invocations": [
      "filter",
      "orderBy"
    ],
    "invocationResults": [
      "filter"
    ],
    "instances": [
      "filter"
    ]
  },
  "Instance": {
    "invocations": []
  },
  "InstanceInvocation": {
    "history": []
  },
  "Invocation": {
    "instanceInvocations": [
      "statusIn",
      "orderBy"
    ]
  }
} as const;

/** Types without an identity of their own. */
export const PARTS = [
  "AgentState",
  "Backfill",
  "Command",
  "CommandOutput",
  "DurationQuantiles",
  "ExecutionError",
  "FoundLine",
  "InstanceConnection",
  "InstanceEdge",
  "InstanceInvocationConnection",
  "InstanceInvocationEdge",
  "InvocationChange",
  "InvocationConnection",
  "InvocationEdge",
  "InvocationResultConnection",
  "InvocationResultEdge",
  "OssDelivery",
  "OutputChunk",
  "OutputDifference",
  "OutputGroup",
  "OutputMatch",
  "OutputMatchConnection",
  "OutputMatchEdge",
  "PageInfo",
  "ReadFrom",
  "Schedule",
  "SourceError",
  "SourceState",
  "StatisticsRow",
  "StatisticsStatusCount",
  "StatusCount",
  "Tag",
  "Viewer"
] as const;

/** What the schema tells of a page beyond Relay's connections. */
export const PAGE_EXTRAS = {
  "connection": [
    "totalCount",
    "sources",
    "searchedOutputs",
    "missingOutputs",
    "searchedSince"
  ],
  "pageInfo": [
    "isScanComplete"
  ]
} as const;
