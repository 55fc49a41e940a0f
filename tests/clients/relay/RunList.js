// What relay-compiler reads: a list of runs with pages, a node that is fetched anew, and a mutation that adds to the list.
import { graphql } from 'relay-runtime';

export const list = graphql`
  fragment RunList_experiment on Experiment @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" }) @refetchable(queryName: "RunListPageQuery") {
    id
    runs(first: $first, after: $after) @connection(key: "RunList_runs") {
      edges { cursor node { id ...RunList_run } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;

export const run = graphql`
  fragment RunList_run on Run @refetchable(queryName: "RunListRunQuery") { name status startTime params { key value } }`;

export const query = graphql`
  query RunListQuery($id: ID!) { experiment(id: $id) { name ...RunList_experiment } }`;

export const create = graphql`
  mutation RunListCreateMutation($input: CreateRunInput!, $connections: [ID!]!) {
    createRun(input: $input) {
      run @prependNode(connections: $connections, edgeTypeName: "RunEdge") { id ...RunList_run }
      errors { __typename ... on UserError { message path } }
    }
  }`;
