// The documents that both clients run.
export const createExperiment = `
  mutation CreateExperiment($name: String!) {
    createExperiment(input: { name: $name }) {
      experiment { id name }
      errors { __typename ... on UserError { message path } ... on NameTakenError { existing { id name } } }
    }
  }`;

export const createRun = `
  mutation CreateRun($experiment: ID!, $name: String!) {
    createRun(input: { experimentId: $experiment, name: $name }) { run { id name } errors { __typename ... on UserError { message path } } }
  }`;

export const renameRun = `
  mutation RenameRun($id: ID!, $name: String!) { updateRun(input: { id: $id, name: $name }) { run { id name } errors { __typename } } }`;

export const runsOfExperiment = `
  query RunsOfExperiment($id: ID!, $first: Int!, $after: String) {
    experiment(id: $id) { id name runs(first: $first, after: $after) { edges { cursor node { ...RunName } } pageInfo { hasNextPage endCursor } } }
  }
  fragment RunName on Run { id name status }`;

export const anyNode = `
  query AnyNode($id: ID!) { node(id: $id) { __typename id ... on Run { name } ... on Experiment { title: name } } }`;

export const unreadableId = `{ experiment(id: "no id") { id } }`;
