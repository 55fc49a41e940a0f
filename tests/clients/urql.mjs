// urql with its normalised cache against the server at the URL given as argument.
import assert from 'node:assert/strict';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import * as documents from './documents.mjs';
import { ask, unique, url } from './server.mjs';
import { getIntrospectionQuery } from 'graphql';

const schema = await ask(getIntrospectionQuery());
let requests = 0;
const client = new Client({
  url,
  preferGetMethod: false,
  exchanges: [cacheExchange({ schema, resolvers: { Experiment: { runs: relayPagination() } } }), fetchExchange],
  fetch: (...given) => { requests++; return fetch(...given); },
});
const mutate = async (document, variables) => {
  const { data, error } = await client.mutation(document, variables).toPromise();
  assert.equal(error, undefined, String(error));
  return data;
};

// Mutations, and their typed errors.
const name = unique('urql');
const { createExperiment: { experiment, errors: none } } = await mutate(documents.createExperiment, { name });
assert.deepEqual([experiment.name, none], [name, []]);
const { createExperiment: { experiment: refused, errors: [taken] } } = await mutate(documents.createExperiment, { name });
assert.equal(refused, null);
assert.deepEqual([taken.__typename, taken.path, taken.existing.id], ['NameTakenError', ['input', 'name'], experiment.id]);
for (const run of ['one', 'two', 'three']) {
  assert.deepEqual((await mutate(documents.createRun, { experiment: experiment.id, name: run })).createRun.errors, []);
}

// Pages of a connection become one list.
const page = async (after, policy) => (await client.query(documents.runsOfExperiment, { id: experiment.id, first: 2, after }, { requestPolicy: policy }).toPromise()).data.experiment.runs;
const first = await page(undefined, 'network-only');
assert.deepEqual([first.edges.length, first.pageInfo.hasNextPage], [2, true]);
const runs = await page(first.pageInfo.endCursor);
assert.deepEqual([runs.edges.map((edge) => edge.node.name), runs.pageInfo.hasNextPage], [['three', 'two', 'one'], false]);

// One object by __typename and id: what a mutation changes, a query from the cache sees.
const [{ node }] = runs.edges;
await mutate(documents.renameRun, { id: node.id, name: 'renamed' });
const asked = requests;
assert.equal((await page(first.pageInfo.endCursor, 'cache-only')).edges[0].node.name, 'renamed');
assert.equal(requests, asked);

// Fragments on the types of an interface.
const { data } = await client.query(documents.anyNode, { id: node.id }).toPromise();
assert.deepEqual({ ...data.node }, { __typename: 'Run', id: node.id, name: 'renamed' });

// Errors with codes.
const { error } = await client.query(documents.unreadableId, {}).toPromise();
assert.equal(error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
console.log('ok');
