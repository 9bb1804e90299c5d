// The rules that first-class clients hold a schema and its operations to: GraphQL ESLint's recommended ones and those of Relay. Code
// is looked after by Biome.
import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;
const plugins = { "@graphql-eslint": graphql };
const languageOptions = {
  parser,
  parserOptions: { graphQLConfig: { schema: "schema/schema.graphql", documents: "schema/operations/*.graphql" } },
};

export default [
  {
    files: ["schema/schema.graphql"],
    plugins,
    languageOptions,
    rules: {
      ...configs["flat/schema-recommended"].rules,
      ...configs["flat/schema-relay"].rules,
      // Only what can be fetched again has an id (Node); commands, outputs, errors, edges and pages are parts of something else.
      "@graphql-eslint/strict-id-in-types": "off",
      // `commandId` and `instanceId` are the vendor's names, and must not be taken for the global `id` beside them.
      "@graphql-eslint/no-typename-prefix": "off",
      // A search goes one way: from the newest run back.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // Lists that do not page (labels, ids, states) hold their members themselves; edges and connections are still checked. A line
      // that was found cannot be fetched again; a test of the schema holds all other rows to being nodes.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
  {
    files: ["schema/operations/*.graphql"],
    plugins,
    languageOptions,
    rules: {
      ...configs["flat/operations-recommended"].rules,
      // Operations are named as the functions of the generated client are.
      "@graphql-eslint/naming-convention": [
        "error",
        { OperationDefinition: "camelCase", VariableDefinition: "camelCase" },
      ],
    },
  },
];
