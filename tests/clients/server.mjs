// What the scripts share: the server's address is the only argument; the rows are made by what it names.
import assert from 'node:assert/strict';

export const url = process.argv[2];

/** Asks without any client. */
export async function ask(query, variables) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** Which types each interface and union may be: what normalised caches need for fragments on them. */
export async function possibleTypes() {
  const { __schema: { types } } = await ask('{ __schema { types { name possibleTypes { name } } } }');
  return Object.fromEntries(types.filter((type) => type.possibleTypes).map((type) => [type.name, type.possibleTypes.map((possible) => possible.name)]));
}

/** A name that no other run uses. */
export const unique = (prefix) => `${prefix}-${crypto.randomUUID()}`;
