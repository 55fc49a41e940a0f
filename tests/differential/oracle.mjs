// What graphql-js says. One JSON object a line on stdin:
//   {id, mode: "parse" | "print" | "validate" | "validateSchema" | "printSchema" | "execute" | "incremental", sdl?, query?, variables?, operationName?, rootValue?}
// one a line on stdout:
//   {id, ok, errors: [{message, locations: [[line, column]], path?}], data?, text?}
// `parse` and `print` read `query`; `text` is the printed document. `validateSchema` reads `sdl` and answers what SDL validation and validateSchema find.
// `validate` reads `sdl` (once per distinct text) and `query` with all rules of graphql-js. `execute` runs `query` with `rootValue` by default resolvers; `incremental` does, too, and `data` is the list of the response's parts.
// Our own oracle, tests/AnalyticsGraph.GraphQL.Oracle, takes and gives the same lines.
import { createInterface } from 'node:readline';
import {
  buildASTSchema, execute, experimentalExecuteIncrementally, GraphQLError, parse, print, printSchema, validate, validateSchema,
} from 'graphql';
import { validateSDL } from 'graphql/validation/validate';

// September 2025: selection sets are not empty.
const options = { allowEmptySelectionSets: false };
const schemas = new Map();

const asErrors = (errors) => errors.map((e) => ({
  message: e.message,
  locations: (e.locations ?? []).map(({ line, column }) => [line, column]),
  ...(e.path ? { path: e.path } : {}),
}));

function schemaOf(sdl) {
  if (!schemas.has(sdl)) {
    schemas.set(sdl, buildASTSchema(parse(sdl, options)));
  }
  return schemas.get(sdl);
}

const modes = {
  parse: ({ query }) => { parse(query, options); return { errors: [] }; },
  print: ({ query }) => ({ errors: [], text: print(parse(query, options)) }),
  printSchema: ({ sdl }) => ({ errors: [], text: printSchema(schemaOf(sdl)) }),
  validate: ({ sdl, query }) => ({ errors: validate(schemaOf(sdl), parse(query, options)) }),
  validateSchema: ({ sdl }) => {
    const document = parse(sdl, options);
    const sdlErrors = validateSDL(document);
    return { errors: sdlErrors.length ? sdlErrors : validateSchema(buildASTSchema(document, { assumeValidSDL: true })) };
  },
  execute: async ({ sdl, query, variables, operationName, rootValue }) => {
    const schema = schemaOf(sdl);
    const document = parse(query, options);
    const errors = validate(schema, document);
    if (errors.length) {
      return { errors };
    }
    const result = await execute({ schema, document, rootValue, variableValues: variables, operationName });
    return { errors: result.errors ?? [], data: JSON.parse(JSON.stringify(result.data ?? null)) };
  },
  incremental: async ({ sdl, query, variables, operationName, rootValue }) => {
    const schema = schemaOf(sdl);
    const document = parse(query, options);
    const errors = validate(schema, document);
    if (errors.length) {
      return { errors };
    }
    const result = await experimentalExecuteIncrementally({ schema, document, rootValue, variableValues: variables, operationName });
    const parts = [result.initialResult ?? result];
    for await (const part of result.subsequentResults ?? []) {
      parts.push(part);
    }
    return { errors: [], data: JSON.parse(JSON.stringify(parts)) };
  },
};

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (!line.trim()) {
    continue;
  }
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await modes[request.mode](request);
  } catch (error) {
    answer = { errors: [error instanceof GraphQLError ? error : { message: `${error.name}: ${error.message}`, locations: [] }] };
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ok: answer.errors.length === 0, ...answer, errors: asErrors(answer.errors) })}\n`);
}
