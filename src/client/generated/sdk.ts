// @ts-nocheck
import { type GraphQLClient, type RequestOptions } from 'graphql-request';
import * as Operations from './documents/graphql.ts';
type GraphQLClientRequestHeaders = RequestOptions['requestHeaders'];
































export type SdkFunctionWrapper = <T>(action: (requestHeaders?:Record<string, string>) => Promise<T>, operationName: string, operationType?: string, variables?: any) => Promise<T>;


const defaultWrapper: SdkFunctionWrapper = (action, _operationName, _operationType, _variables) => action();

export function getSdk(client: GraphQLClient, withWrapper: SdkFunctionWrapper = defaultWrapper) {
  return {
    compareOutputs(variables: Operations.CompareOutputsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.CompareOutputsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.CompareOutputsQuery>({ document: Operations.CompareOutputsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'compareOutputs', 'query', variables);
    },
    failedRuns(variables: Operations.FailedRunsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.FailedRunsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.FailedRunsQuery>({ document: Operations.FailedRunsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'failedRuns', 'query', variables);
    },
    failuresByServerName(variables: Operations.FailuresByServerNameQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.FailuresByServerNameQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.FailuresByServerNameQuery>({ document: Operations.FailuresByServerNameDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'failuresByServerName', 'query', variables);
    },
    findServers(variables?: Operations.FindServersQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.FindServersQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.FindServersQuery>({ document: Operations.FindServersDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'findServers', 'query', variables);
    },
    historyOfTimedRun(variables: Operations.HistoryOfTimedRunQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.HistoryOfTimedRunQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.HistoryOfTimedRunQuery>({ document: Operations.HistoryOfTimedRunDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'historyOfTimedRun', 'query', variables);
    },
    identicalOutputs(variables: Operations.IdenticalOutputsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.IdenticalOutputsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.IdenticalOutputsQuery>({ document: Operations.IdenticalOutputsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'identicalOutputs', 'query', variables);
    },
    instanceOutput(variables: Operations.InstanceOutputQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.InstanceOutputQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.InstanceOutputQuery>({ document: Operations.InstanceOutputDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'instanceOutput', 'query', variables);
    },
    lookup(variables: Operations.LookupQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.LookupQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.LookupQuery>({ document: Operations.LookupDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'lookup', 'query', variables);
    },
    nextPage(variables: Operations.NextPageQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.NextPageQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.NextPageQuery>({ document: Operations.NextPageDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'nextPage', 'query', variables);
    },
    outputOfInstance(variables: Operations.OutputOfInstanceQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.OutputOfInstanceQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.OutputOfInstanceQuery>({ document: Operations.OutputOfInstanceDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'outputOfInstance', 'query', variables);
    },
    recentRuns(variables?: Operations.RecentRunsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RecentRunsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RecentRunsQuery>({ document: Operations.RecentRunsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'recentRuns', 'query', variables);
    },
    refetch(variables: Operations.RefetchQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RefetchQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RefetchQuery>({ document: Operations.RefetchDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'refetch', 'query', variables);
    },
    refreshRuns(variables: Operations.RefreshRunsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RefreshRunsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RefreshRunsQuery>({ document: Operations.RefreshRunsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'refreshRuns', 'query', variables);
    },
    resultsOfRun(variables: Operations.ResultsOfRunQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.ResultsOfRunQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.ResultsOfRunQuery>({ document: Operations.ResultsOfRunDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'resultsOfRun', 'query', variables);
    },
    runById(variables: Operations.RunByIdQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RunByIdQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RunByIdQuery>({ document: Operations.RunByIdDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'runById', 'query', variables);
    },
    runOutputs(variables: Operations.RunOutputsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RunOutputsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RunOutputsQuery>({ document: Operations.RunOutputsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'runOutputs', 'query', variables);
    },
    runServers(variables: Operations.RunServersQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RunServersQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RunServersQuery>({ document: Operations.RunServersDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'runServers', 'query', variables);
    },
    runStatus(variables: Operations.RunStatusQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RunStatusQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RunStatusQuery>({ document: Operations.RunStatusDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'runStatus', 'query', variables);
    },
    runWithInstances(variables: Operations.RunWithInstancesQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RunWithInstancesQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RunWithInstancesQuery>({ document: Operations.RunWithInstancesDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'runWithInstances', 'query', variables);
    },
    runsOnInstance(variables: Operations.RunsOnInstanceQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.RunsOnInstanceQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.RunsOnInstanceQuery>({ document: Operations.RunsOnInstanceDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'runsOnInstance', 'query', variables);
    },
    searchOutputs(variables: Operations.SearchOutputsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.SearchOutputsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.SearchOutputsQuery>({ document: Operations.SearchOutputsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'searchOutputs', 'query', variables);
    },
    serverNames(variables?: Operations.ServerNamesQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.ServerNamesQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.ServerNamesQuery>({ document: Operations.ServerNamesDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'serverNames', 'query', variables);
    },
    serversById(variables: Operations.ServersByIdQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.ServersByIdQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.ServersByIdQuery>({ document: Operations.ServersByIdDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'serversById', 'query', variables);
    },
    similarOutputs(variables: Operations.SimilarOutputsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.SimilarOutputsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.SimilarOutputsQuery>({ document: Operations.SimilarOutputsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'similarOutputs', 'query', variables);
    },
    slowestRuns(variables: Operations.SlowestRunsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.SlowestRunsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.SlowestRunsQuery>({ document: Operations.SlowestRunsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'slowestRuns', 'query', variables);
    },
    sources(variables?: Operations.SourcesQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.SourcesQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.SourcesQuery>({ document: Operations.SourcesDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'sources', 'query', variables);
    },
    statistics(variables: Operations.StatisticsQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.StatisticsQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.StatisticsQuery>({ document: Operations.StatisticsDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'statistics', 'query', variables);
    },
    viewer(variables?: Operations.ViewerQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.ViewerQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.ViewerQuery>({ document: Operations.ViewerDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'viewer', 'query', variables);
    },
    waitForRun(variables: Operations.WaitForRunQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.WaitForRunQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.WaitForRunQuery>({ document: Operations.WaitForRunDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'waitForRun', 'query', variables);
    },
    whoPrinted(variables?: Operations.WhoPrintedQueryVariables, requestHeaders?: GraphQLClientRequestHeaders, signal?: RequestInit['signal']): Promise<Operations.WhoPrintedQuery> {
      return withWrapper((wrappedRequestHeaders) => client.request<Operations.WhoPrintedQuery>({ document: Operations.WhoPrintedDocument, variables, requestHeaders: { ...requestHeaders, ...wrappedRequestHeaders }, signal }), 'whoPrinted', 'query', variables);
    }
  };
}
export type Sdk = ReturnType<typeof getSdk>;