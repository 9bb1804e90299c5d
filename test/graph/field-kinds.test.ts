import { describe, expect, it } from "@jest/globals";
import {
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from "graphql";
import { GUARDED_FIELDS, kindOfField } from "../../src/graph/rights/field-kinds.ts";
import { schema } from "./ask.ts";

// Roots that need more than the right to see runs. They know the runs they show only once they have read them, and decide themselves.
const GUARDED_ROOTS: readonly string[] = ["Query.searchOutputs", "Subscription.outputAppended"];

// Types that only guarded fields lead to.
const GUARDED_TYPES: readonly string[] = [
  "CommandOutput",
  "FoundLine",
  "OssDelivery",
  "OutputChunk",
  "OutputDifference",
  "OutputGroup",
  "OutputMatch",
  "OutputMatchConnection",
  "OutputMatchEdge",
];

// Texts that everybody may read who may see the run, the server or the source that they belong to.
const OPEN_TEXTS: readonly string[] = [
  "AgentState.version",
  "Command.commandId",
  "Command.name",
  "ExecutionError.code",
  "ExecutionError.remedy",
  "Instance.account",
  "Instance.id",
  "Instance.instanceId",
  "Instance.name",
  "Instance.osName",
  "Instance.osType",
  "Instance.privateIpAddresses",
  "Instance.publicIpAddresses",
  "Instance.regionId",
  "Instance.status",
  "InstanceEdge.cursor",
  "InstanceInvocation.account",
  "InstanceInvocation.id",
  "InstanceInvocation.instanceId",
  "InstanceInvocation.invokeId",
  "InstanceInvocation.rawStatus",
  "InstanceInvocation.regionId",
  "InstanceInvocationEdge.cursor",
  "Invocation.account",
  "Invocation.consoleUrl",
  "Invocation.containerId",
  "Invocation.containerName",
  "Invocation.frequency",
  "Invocation.id",
  "Invocation.invokeId",
  "Invocation.rawStatus",
  "Invocation.regionId",
  "Invocation.repeatMode",
  "Invocation.terminationMode",
  "InvocationChange.position",
  "InvocationEdge.cursor",
  "InvocationResult.commandId",
  "InvocationResult.id",
  "InvocationResult.instanceId",
  "InvocationResult.invokeId",
  "InvocationResult.rawStatus",
  "InvocationResultEdge.cursor",
  "PageInfo.endCursor",
  "PageInfo.startCursor",
  "ReadFrom.requestId",
  "Schedule.expression",
  "Schedule.timeZone",
  "SourceError.message",
  "SourceError.requestId",
  "SourceError.upstreamCode",
  "SourceState.account",
  "SourceState.regionId",
  "StatisticsRow.key",
  "StatisticsStatusCount.status",
  "Tag.key",
  "Tag.value",
  "Viewer.name",
  "Viewer.roles",
];

// Scalars that can carry words of the upstream; the others carry times, numbers and truth values.
const TEXT_SCALARS = ["String", "ID", "Base64", "JSONObject"];
const OTHER_SCALARS = ["Boolean", "Int", "Float", "SafeInt", "DateTime"];

const types = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !isIntrospectionType(type),
);
const fields = types.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({
    name: `${type.name}.${field.name}`,
    type: type.name,
    field: field.name,
    result: getNamedType(field.type),
  })),
);

const isGuarded = (name: string): boolean => name in GUARDED_FIELDS || GUARDED_ROOTS.includes(name);

/** Types that a caller without commands and outputs can reach. */
function reachable(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const possible = schema.getType(name);
    if (possible !== undefined && isCompositeType(possible) && !isObjectType(possible)) {
      for (const { name: member } of schema.getPossibleTypes(possible)) visit(member);
    }
    for (const { name: field, type, result } of fields) {
      if (type === name && !isGuarded(field) && isCompositeType(result)) visit(result.name);
    }
  };
  for (const root of [schema.getQueryType(), schema.getSubscriptionType()]) if (root) visit(root.name);
  return found;
}

describe("the rights that fields need", () => {
  it("are known for every text of the schema", () => {
    const texts = fields.filter(
      ({ type, result }) => TEXT_SCALARS.includes(result.name) && !GUARDED_TYPES.includes(type),
    );
    const unknown = texts.filter(({ name }) => !(name in GUARDED_FIELDS) && !OPEN_TEXTS.includes(name));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  it("know every scalar, so that none carries texts unseen", () => {
    const scalars = new Set(
      fields
        .map(({ result }) => result)
        .filter(isScalarType)
        .map(({ name }) => name),
    );
    expect([...scalars].filter((name) => ![...TEXT_SCALARS, ...OTHER_SCALARS].includes(name))).toEqual([]);
  });

  it("name no field that is gone, and none twice", () => {
    const names = fields.map(({ name }) => name);
    const listed = [...Object.keys(GUARDED_FIELDS), ...GUARDED_ROOTS, ...OPEN_TEXTS];
    expect(listed.filter((name) => !names.includes(name))).toEqual([]);
    expect(listed.length).toBe(new Set(listed).size);
    expect(OPEN_TEXTS).toEqual([...OPEN_TEXTS].sort());
  });

  it("guard every way to the types that only guarded fields lead to", () => {
    const found = reachable();
    expect(found.has("InvocationResult")).toBe(true);
    expect(GUARDED_TYPES.filter((type) => found.has(type))).toEqual([]);
    expect(GUARDED_TYPES.filter((type) => !types.some(({ name }) => name === type))).toEqual([]);
  });

  it("leave room for null where they are missing", () => {
    const closed = types.flatMap((type) =>
      Object.values(type.getFields()).filter(
        (field) => `${type.name}.${field.name}` in GUARDED_FIELDS && isNonNullType(field.type),
      ),
    );
    expect(closed.map(({ name }) => name)).toEqual([]);
  });

  it("can be told by a field's name alone", () => {
    const open = fields.filter(({ name, type }) => !(name in GUARDED_FIELDS) && !GUARDED_TYPES.includes(type));
    expect(open.filter(({ field }) => kindOfField(field) !== null).map(({ name }) => name)).toEqual([]);
    for (const [name, kind] of Object.entries(GUARDED_FIELDS)) expect(kindOfField(name.split(".")[1] ?? "")).toBe(kind);
  });
});
