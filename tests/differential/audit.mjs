// Runs the audits of graphql-http against the URL given as argument. Answers on stdout with a JSON array of {id, name, status: "ok" | "notice" | "warn" | "error", reason?}.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
process.stdout.write(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
