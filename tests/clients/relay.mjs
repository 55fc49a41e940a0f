// relay-compiler with the server's SDL, then Relay's store with what was compiled, against the server at the URL given as argument.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import compiler from 'relay-compiler';
import relay from 'relay-runtime';
import * as documents from './documents.mjs';
import { ask, unique, url } from './server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'analyticsgraph-relay-'));
try {
  const sdl = await fetch(`${url}?sdl`);
  assert.equal(sdl.status, 200);
  writeFileSync(join(folder, 'schema.graphql'), await sdl.text());
  cpSync(join(import.meta.dirname, 'relay'), join(folder, 'source'), { recursive: true });
  mkdirSync(join(folder, 'artifacts'));
  symlinkSync(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify({ src: './source', schema: './schema.graphql', language: 'javascript', artifactDirectory: './artifacts', eagerEsModules: false }));
  execFileSync(compiler, ['relay.config.json'], { cwd: folder, stdio: 'pipe' });
  const load = createRequire(join(folder, 'artifacts', 'x.js'));
  const artifact = (name) => load(`./${name}.graphql.js`);
  for (const name of ['RunListQuery', 'RunListPageQuery', 'RunListRunQuery', 'RunListCreateMutation', 'RunList_experiment', 'RunList_run']) {
    assert.ok(readFileSync(join(folder, 'artifacts', `${name}.graphql.js`)).length > 0);
  }

  // What was compiled runs.
  const { createExperiment: { experiment: { id } } } = await ask(documents.createExperiment, { name: unique('relay') });
  for (const name of ['one', 'two', 'three']) {
    await ask(documents.createRun, { experiment: id, name });
  }
  const network = relay.Network.create(async ({ text }, variables) => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: text, variables }) });
    return response.json();
  });
  const environment = new relay.Environment({ network, store: new relay.Store(new relay.RecordSource()) });
  environment.retain(relay.createOperationDescriptor(relay.getRequest(artifact('RunListQuery')), { id }));
  await relay.fetchQuery(environment, artifact('RunListQuery'), { id }).toPromise();
  await relay.fetchQuery(environment, artifact('RunListPageQuery'), { id, first: 2, after: cursorAfter(id) }).toPromise();
  assert.deepEqual(namesIn(id), ['three', 'two', 'one']);

  const connections = [relay.ConnectionHandler.getConnectionID(id, 'RunList_runs')];
  const created = await new Promise((resolve, reject) => relay.commitMutation(environment, {
    mutation: artifact('RunListCreateMutation'), variables: { input: { experimentId: id, name: 'four' }, connections }, onCompleted: resolve, onError: reject,
  }));
  assert.deepEqual(created.createRun.errors, []);
  assert.deepEqual(namesIn(id), ['four', 'three', 'two', 'one']);

  function connectionOf(experiment) {
    const source = environment.getStore().getSource();
    return source.get(source.get(experiment)['__RunList_runs_connection'].__ref);
  }

  function cursorAfter(experiment) {
    return environment.getStore().getSource().get(connectionOf(experiment).pageInfo.__ref).endCursor;
  }

  function namesIn(experiment) {
    const source = environment.getStore().getSource();
    return connectionOf(experiment).edges.__refs.map((edge) => source.get(source.get(edge).node.__ref).name);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log('ok');
