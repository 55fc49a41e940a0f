// Apollo Client 4 against the server at the URL given as argument.
import assert from 'node:assert/strict';
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { filter, firstValueFrom, from, map, timeout } from 'rxjs';
import * as documents from './documents.mjs';
import { possibleTypes, unique, url } from './server.mjs';

const cache = new InMemoryCache({ possibleTypes: await possibleTypes(), typePolicies: { Experiment: { fields: { runs: relayStylePagination() } } } });
const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache });
const mutate = async (document, variables) => (await client.mutate({ mutation: gql(document), variables })).data;

// Mutations, and their typed errors.
const name = unique('apollo');
const { createExperiment: { experiment, errors: none } } = await mutate(documents.createExperiment, { name });
assert.deepEqual([experiment.name, none], [name, []]);
const { createExperiment: { experiment: refused, errors: [taken] } } = await mutate(documents.createExperiment, { name });
assert.equal(refused, null);
assert.deepEqual([taken.__typename, taken.path, taken.existing.id], ['NameTakenError', ['input', 'name'], experiment.id]);
for (const run of ['one', 'two', 'three']) {
  assert.deepEqual((await mutate(documents.createRun, { experiment: experiment.id, name: run })).createRun.errors, []);
}

// Pages of a connection become one list.
const pages = client.watchQuery({ query: gql(documents.runsOfExperiment), variables: { id: experiment.id, first: 2 } });
const shown = (condition) => firstValueFrom(from(pages).pipe(filter(({ loading }) => !loading), map(({ data }) => data.experiment.runs), filter(condition), timeout(10_000)));
const subscription = pages.subscribe(() => {});
const first = await shown(() => true);
assert.deepEqual([first.edges.length, first.pageInfo.hasNextPage], [2, true]);
await pages.fetchMore({ variables: { after: first.pageInfo.endCursor } });
const runs = await shown(({ edges }) => edges.length !== 2);
assert.deepEqual([runs.edges.map((edge) => edge.node.name), runs.pageInfo.hasNextPage], [['three', 'two', 'one'], false]);

// One object by __typename and id: what a mutation changes, a query from the cache sees.
const [{ node }] = runs.edges;
assert.equal(client.extract()[`Run:${node.id}`].name, 'three');
await mutate(documents.renameRun, { id: node.id, name: 'renamed' });
await shown(({ edges }) => edges[0].node.name === 'renamed');

// Fragments on the types of an interface.
const { data } = await client.query({ query: gql(documents.anyNode), variables: { id: node.id } });
assert.deepEqual(data.node, { __typename: 'Run', id: node.id, name: 'renamed' });

// Errors with codes.
const error = await client.query({ query: gql(documents.unreadableId) }).catch((thrown) => thrown);
assert.ok(CombinedGraphQLErrors.is(error), String(error));
assert.equal(error.errors[0].extensions.code, 'BAD_USER_INPUT');
subscription.unsubscribe();
client.stop();
console.log('ok');
