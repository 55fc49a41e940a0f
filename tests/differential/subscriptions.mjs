// Speaks with the endpoint of the URL given as argument, by the clients graphql-ws and graphql-sse. Answers on stdout with one JSON object: what each step of the script heard.
import { createClient as createSocket } from 'graphql-ws';
import { createClient as createStream } from 'graphql-sse';
import WebSocket from 'ws';

const url = process.argv[2];
const publish = (text) => fetch(url, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: 'mutation($text: String!) { publish(text: $text) }', variables: { text } }),
});

// All that an operation yields; `stopAfter` leaves it after so many results.
async function hear(client, payload, stopAfter = Infinity) {
  const heard = [];
  await new Promise((resolve) => {
    let stop;
    const sink = {
      // What had arrived before a client left may still be told.
      next: (result) => { if (heard.length < stopAfter) { heard.push(result); } if (heard.length === stopAfter) { stop(); } },
      error: (error) => { heard.push({ error: Array.isArray(error) ? error.map((e) => e.extensions?.code) : `${error.constructor.name}: ${error.message}` }); resolve(); },
      complete: () => { heard.push('complete'); resolve(); },
    };
    stop = client.subscribe(payload, sink);
  });
  return heard;
}

// Until the server has subscribed nobody hears an event: it is told again until the first is heard, each when the one before was taken, so that no subscriber's few places run out.
function publishing(text) {
  let goesOn = true;
  (async () => {
    while (goesOn) {
      await publish(text);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return () => { goesOn = false; };
}

async function script(client) {
  const answers = {};
  answers.query = await hear(client, { query: 'query Q($name: String) { hello(name: $name) }', variables: { name: 'you' }, operationName: 'Q' });
  answers.mutation = await hear(client, { query: 'mutation { publish(text: "nobody hears") }' });
  answers.fieldError = (await hear(client, { query: '{ fail hello }' })).map((result) => result.data ?? result);
  answers.invalid = await hear(client, { query: '{ nothing }' });
  answers.refused = await hear(client, { query: 'subscription { refused }' });
  answers.subscription = await hear(client, { query: 'subscription { count(to: 3) }' });
  answers.failing = await hear(client, { query: 'subscription { fails }' });
  const end = publishing('a');
  const [left, other] = await Promise.all([
    hear(client, { query: 'subscription { heard }' }, 2),
    hear(client, { query: 'subscription { again: heard }' }, 1),
  ]);
  end();
  Object.assign(answers, { left, other });
  return answers;
}

const events = [];
const socket = createSocket({
  url: url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: false, keepAlive: 50, retryAttempts: 0, connectionParams: { token: 'secret' },
  on: { opened: () => events.push('opened'), connected: () => events.push('connected'), pong: (received) => { if (received && !events.includes('pong')) { events.push('pong'); } } },
});
const answers = { socket: await script(socket) };
while (!events.includes('pong')) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
await socket.dispose();
answers.events = events;

const distinct = createStream({ url, retryAttempts: 0 });
answers.distinct = await script(distinct);
distinct.dispose();

const single = createStream({ url, singleConnection: true, retryAttempts: 0 });
answers.single = await script(single);
single.dispose();

process.stdout.write(JSON.stringify(answers));
process.exit(0);
