// Adyen's and PayPal's clients know their own hosts only, by https. Their requests are led to the simulator; nothing else of them is
// replaced.
import http from 'node:http';
import { createRequire } from 'node:module';
import { address } from './simulator.mjs';

const https = createRequire(import.meta.url)('node:https');
export const asked = new Set();

https.request = (options, callback) => {
  asked.add(options.hostname ?? options.host);
  const { protocol, hostname, port } = address;
  return http.request({ ...options, protocol, hostname, host: hostname, port, agent: undefined }, callback);
};

/** A payer's browser: opens the page and presses one of its buttons. Comes back with where it is sent to. */
export async function press(url, decision) {
  const page = await (await fetch(url)).text();
  if (!page.includes(`value="${decision}"`)) throw new Error(page);
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ decision }), redirect: 'manual' });
  return new URL(answer.headers.get('location'));
}

/** In place of the ingress, for one test: takes every webhook and keeps it. */
export async function listen(context) {
  const seen = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.end();
  });
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, address: `http://127.0.0.1:${server.address().port}` };
}
