// Asks the endpoint of the URL given as argument by Apollo Client with its link for automatic persisted queries. Answers on stdout with one JSON object: the results, and what was sent.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createHash } from 'node:crypto';

const url = process.argv[2];
const sent = [];
const listen = async (address, options) => {
  const response = await fetch(address, options);
  const parameters = options.method === 'GET' ? Object.fromEntries(new URL(address).searchParams) : JSON.parse(options.body);
  sent.push(Array.isArray(parameters)
    ? `${options.method} ${response.status} list of ${parameters.length}`
    : `${options.method} ${response.status} ${parameters.query ? 'document' : 'hash'}`);
  return response;
};
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const clientOf = (link) => new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions: { query: { fetchPolicy: 'no-cache' } } });
const persisted = (useGETForHashedQueries) => clientOf(ApolloLink.from([new PersistedQueryLink({ sha256, useGETForHashedQueries }), new HttpLink({ uri: url, fetch: listen })]));
const hello = (client, name) => client.query({ query: gql`query Hello($name: String) { hello(name: $name) }`, variables: { name } }).then(({ data }) => data.hello);

const answers = [];
answers.push(await hello(persisted(false), 'first'));
answers.push(await hello(persisted(false), 'second'));
answers.push(await hello(persisted(true), 'third'));

const batching = clientOf(new BatchHttpLink({ uri: url, fetch: listen, batchMax: 2 }));
answers.push(...await Promise.all([hello(batching, 'fourth'), hello(batching, 'fifth')]));

process.stdout.write(JSON.stringify({ answers, sent }));
process.exit(0);
