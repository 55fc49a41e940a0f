// Runs ClickHouse's official JavaScript client against the server whose URL is the first argument. One line a check; exit code 1 on the first that fails.
import { createClient, ClickHouseError } from '@clickhouse/client';
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';

const url = process.argv[2];
const client = createClient({ url });
const compressing = createClient({ url, compression: { request: true, response: true } });

async function check(name, body) {
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}\n${error.stack}`);
    process.exit(1);
  }
}

await check('ping', async () => {
  assert.deepEqual(await client.ping(), { success: true });
  assert.deepEqual(await client.ping({ select: true }), { success: true });
});

for (const [format, expected] of [
  ['JSON', (r) => assert.deepEqual(r.data, [{ n: '0', s: 'a' }, { n: '1', s: 'a' }])],
  ['JSONCompact', (r) => assert.deepEqual(r.data, [['0', 'a'], ['1', 'a']])],
  ['JSONEachRow', (r) => assert.deepEqual(r, [{ n: '0', s: 'a' }, { n: '1', s: 'a' }])],
  ['JSONCompactEachRow', (r) => assert.deepEqual(r, [['0', 'a'], ['1', 'a']])],
  ['JSONColumnsWithMetadata', (r) => assert.deepEqual(r.data, { n: ['0', '1'], s: ['a', 'a'] })],
  ['JSONObjectEachRow', (r) => assert.deepEqual(r, { row_1: { n: '0', s: 'a' }, row_2: { n: '1', s: 'a' } })],
]) {
  await check(`query ${format}`, async () => {
    const result = await client.query({ query: "SELECT number AS n, 'a' AS s FROM numbers(2)", format, clickhouse_settings: { output_format_json_quote_64bit_integers: 1 } });
    expected(await result.json());
  });
}

await check('query CSV as text', async () => {
  const result = await client.query({ query: "SELECT number, 'a,b' FROM numbers(2)", format: 'CSV', query_id: 'js-csv' });
  assert.equal(result.query_id, 'js-csv');
  assert.equal(await result.text(), '0,"a,b"\n1,"a,b"\n');
});

await check('query streamed, 300,000 rows', async () => {
  for (const one of [client, compressing]) {
    const result = await one.query({ query: 'SELECT number FROM numbers(300000)', format: 'JSONEachRow', clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } });
    let sum = 0;
    for await (const rows of result.stream()) for (const row of rows) sum += row.json().number;
    assert.equal(sum, (300000 * 299999) / 2);
  }
});

await check('query CSV streamed', async () => {
  const result = await client.query({ query: 'SELECT number, toString(number) FROM numbers(100000)', format: 'CSV' });
  let n = 0;
  for await (const rows of result.stream()) n += rows.length;
  assert.equal(n, 100000);
});

const parameters = {
  i: -5, f: 1.5, s: 'it\'s "q" \\ \n\t ☃', b: true, none: null, d: new Date(Date.UTC(2026, 10, 21, 8, 30, 15, 250)),
  list: [1, 2, 3], strings: ['a', "b'c", 'd\\e'], map: { k: 'v' }, nested: [[1], [2, 3]], table: 'numbers',
};
await check('query_params of many types', async () => {
  const query = `SELECT {i:Int32} AS i, {f:Float64} AS f, {s:String} AS s, {b:Bool} AS b, {none:Nullable(String)} AS none, toString({d:DateTime64(3, 'UTC')}) AS d,
    {list:Array(UInt8)} AS list, {strings:Array(String)} AS strings, {map:Map(String, String)} AS map, {nested:Array(Array(UInt8))} AS nested, (SELECT count() FROM system.{table:Identifier} LIMIT 1) AS c`.replace('FROM system.{table:Identifier} LIMIT 1', 'FROM (SELECT * FROM system.{table:Identifier} LIMIT 3)');
  for (const use_multipart_params of [false, true]) {
    const result = await client.query({ query, format: 'JSONEachRow', query_params: parameters, use_multipart_params, clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } });
    assert.deepEqual(await result.json(), [{
      i: -5, f: 1.5, s: parameters.s, b: true, none: null, d: '2026-11-21 08:30:15.250',
      list: [1, 2, 3], strings: parameters.strings, map: { k: 'v' }, nested: [[1], [2, 3]], c: 3,
    }]);
  }
});

await check('command', async () => {
  const { query_id, summary } = await client.command({ query: 'CREATE TABLE js (id UInt32, name String) ORDER BY id' });
  assert.ok(query_id);
  assert.equal(typeof summary.written_rows, 'string');
});

await check('insert array, stream, CSV stream, columns', async () => {
  const { summary, executed } = await client.insert({ table: 'js', values: [{ id: 1, name: 'one' }, { id: 2, name: "t'wo" }], format: 'JSONEachRow' });
  assert.equal(executed, true);
  assert.equal(summary.written_rows, '2');
  await client.insert({ table: 'js', values: Readable.from([{ id: 3, name: 'three' }, { id: 4, name: 'four' }]), format: 'JSONEachRow' });
  await client.insert({ table: 'js', values: Readable.from(['5,five\n', '6,', '"s,ix"\n'], { objectMode: false }), format: 'CSV' });
  await client.insert({ table: 'js', values: [['seven', 7]], columns: ['name', 'id'], format: 'JSONCompactEachRow' });
  await compressing.insert({ table: 'js', values: [{ id: 8, name: 'eight' }], format: 'JSONEachRow' });
  const rows = await (await client.query({ query: 'SELECT * FROM js ORDER BY id', format: 'JSONCompactEachRow' })).json();
  assert.deepEqual(rows, [[1, 'one'], [2, "t'wo"], [3, 'three'], [4, 'four'], [5, 'five'], [6, 's,ix'], [7, 'seven'], [8, 'eight']]);
});

await check('insert of 200,000 rows, compressed', async () => {
  await client.command({ query: 'CREATE TABLE js_many (id UInt32, name String) ORDER BY id' });
  const rows = function* () {
    for (let id = 0; id < 200000; id++) yield { id, name: `name ${id}` };
  };
  const { summary } = await compressing.insert({ table: 'js_many', values: Readable.from(rows()), format: 'JSONEachRow' });
  assert.equal(summary.written_rows, '200000');
});

await check('exec with values and a streamed answer', async () => {
  const { stream } = await client.exec({ query: 'SELECT 1 + 1 FORMAT TSV' });
  const parts = [];
  for await (const part of stream) parts.push(part);
  assert.equal(Buffer.concat(parts).toString(), '2\n');
});

await check('error: code, type, message', async () => {
  for (const one of [client, compressing]) {
    await assert.rejects(one.query({ query: 'SELECT * FROM nowhere' }), (error) => {
      assert.ok(error instanceof ClickHouseError);
      assert.equal(error.code, '60');
      assert.equal(error.type, 'UNKNOWN_TABLE');
      assert.match(error.message, /nowhere/);
      return true;
    });
  }
  await assert.rejects(client.insert({ table: 'js', values: [{ id: 'no number' }], format: 'JSONEachRow' }), ClickHouseError);
});

await check('error in mid-stream', async () => {
  for (const one of [client, compressing]) {
    const result = await one.query({ query: 'SELECT number, throwIf(number = 900000) FROM numbers(1000000)', format: 'JSONEachRow' });
    await assert.rejects(async () => {
      for await (const rows of result.stream()) assert.ok(rows.length >= 0);
      // A compressed answer breaks off together with its connection: the client reports that, before it has unpacked the reason.
    }, (error) => (one === compressing ? error.message === 'aborted' || error.code === '395' : error instanceof ClickHouseError && error.code === '395'));
  }
});

await check('abort signal ends the query on the server', async () => {
  const controller = new AbortController();
  const query_id = 'js-aborted';
  const running = client.query({ query: 'SELECT max(sipHash64(number)) FROM system.numbers', query_id, abort_signal: controller.signal });
  const count = async () => (await (await client.query({ query: `SELECT count() AS c FROM system.processes WHERE query_id = '${query_id}'`, format: 'JSONCompactEachRow', clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } })).json())[0][0];
  while ((await count()) === 0);
  controller.abort();
  await assert.rejects(running, /abort/i);
  const deadline = Date.now() + 10000;
  while ((await count()) !== 0) assert.ok(Date.now() < deadline, 'the query still runs');
});

await check('settings, database, authentication', async () => {
  const one = createClient({ url, database: 'system', username: 'default', password: '', clickhouse_settings: { max_threads: 1 } });
  const rows = await (await one.query({ query: "SELECT currentDatabase() AS d, getSetting('max_threads') AS t, (SELECT count() FROM one) AS c", format: 'JSONEachRow', clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } })).json();
  assert.deepEqual(rows, [{ d: 'system', t: 1, c: 1 }]);
  await one.close();
  const stranger = createClient({ url, username: 'stranger' });
  await assert.rejects(stranger.query({ query: 'SELECT 1' }), (error) => error.code === '516');
  await stranger.close();
});

await client.close();
await compressing.close();
