// Files of /export as data frames, and data frames into /ingest, by DuckDB and by Arrow's own library: as docs/recipes.md says.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { CompressionType, compressionRegistry, tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import lz4 from 'lz4js';
import { ask, unique, url } from './server.mjs';

const parquet = 'application/vnd.apache.parquet';
const arrow = 'application/vnd.apache.arrow.stream';
const large = 9007199254740993n; // No double has this number.
const name = unique('frames');
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (data) => lz4.decompress(data) });

async function post(path, type, body, accept = 'application/json') {
  const response = await fetch(new URL(path, url), { method: 'POST', headers: { 'content-type': type, accept }, body });
  assert.equal(response.status, 200, await response.clone().text());
  return Buffer.from(await response.arrayBuffer());
}

const exported = (route, media) => post(`/export/${route}`, 'application/json', JSON.stringify({ where: { experiment: { name: { eq: name } } } }), media);

const { createExperiment: { experiment } } = await ask('mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { experiment { id } } }', { input: { name } });
async function createRun(lr) {
  const input = { experimentId: experiment.id, params: [{ key: 'lr', value: lr }] };
  return (await ask('mutation ($input: CreateRunInput!) { createRun(input: $input) { run { id uuid } } }', { input })).createRun.run;
}

const folder = mkdtempSync(join(tmpdir(), 'frames-'));
const duck = await (await DuckDBInstance.create()).connect();
const rows = async (sql) => (await duck.runAndReadAll(sql)).getRowsJson();
try {
  // In: a Parquet file of DuckDB's, and a stream of Arrow's.
  const [first, second] = [await createRun('0.1'), await createRun('0.01')];
  const logged = join(folder, 'logged.parquet');
  await duck.run(`COPY (SELECT 'loss' AS key, unnest([0, 1, ${large}]) AS step, unnest([0.5, 0.25, 0.125]::DOUBLE[]) AS value, TIMESTAMPTZ '2026-01-31 12:00:00.250Z' AS time) TO '${logged}' (FORMAT parquet)`);
  assert.deepEqual(JSON.parse(await post(`/ingest/metrics?runId=${encodeURIComponent(first.id)}`, parquet, readFileSync(logged))), { rows: 3, newRows: 3 });
  const table = tableFromArrays({ key: ['loss', 'loss', 'loss'], step: BigInt64Array.of(0n, 1n, large), value: Float64Array.of(2, NaN, Infinity) });
  assert.deepEqual(JSON.parse(await post(`/ingest/metrics?runId=${encodeURIComponent(second.id)}`, arrow, tableToIPC(table, 'stream'))), { rows: 3, newRows: 3 });

  // Out: every type as it is, no number rounded.
  const [points, runs] = [join(folder, 'points.parquet'), join(folder, 'runs.parquet')];
  writeFileSync(points, await exported('series', parquet));
  writeFileSync(runs, await exported('runs', parquet));
  const types = Object.fromEntries((await rows(`DESCRIBE SELECT * FROM '${points}'`)).map(([column, type]) => [column, type]));
  assert.deepEqual(types, {
    run: 'VARCHAR', key: 'VARCHAR', label: 'VARCHAR', scope: 'VARCHAR', rank: 'INTEGER', epoch: 'BIGINT', step: 'BIGINT', time: 'TIMESTAMP WITH TIME ZONE', value: 'DOUBLE',
  });
  assert.deepEqual(await rows(`SELECT step, epoch_ms(time), value FROM '${points}' WHERE run = '${first.uuid}' ORDER BY step`), [['0', '1769860800250', 0.5], ['1', '1769860800250', 0.25], [`${large}`, '1769860800250', 0.125]]);
  assert.deepEqual(
    await rows(`SELECT r."params.lr" AS lr, s.key, min(s.value) AS least, arg_min(s.step, s.value) AS step FROM '${points}' s JOIN '${runs}' r ON r.uuid = s.run GROUP BY ALL ORDER BY least`),
    [['0.1', 'loss', 0.125, `${large}`], ['0.01', 'loss', 2, '0']]);

  const stream = tableFromIPC(new Uint8Array(await exported('series', arrow)));
  assert.equal(stream.schema.fields.find((field) => field.name === 'time').type.toString(), 'Timestamp<MILLISECOND, UTC>');
  const ofSecond = stream.toArray().filter((row) => row.run === second.uuid).map((row) => [row.step, row.value]).sort(([a], [b]) => Number(a - b));
  assert.deepEqual(ofSecond, [[0n, 2], [1n, NaN], [large, Infinity]]);
} finally {
  duck.closeSync();
  rmSync(folder, { recursive: true });
}

console.log('ok');
