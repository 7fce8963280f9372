// What every script needs: where the simulator is, what it is asked with, and its side of the story.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export const address = new URL(process.env.SIMULATOR_URL);
export const secrets = JSON.parse(readFileSync(process.env.SIMULATOR_SECRETS, 'utf8'));

export async function knobs(gateway, settings) {
  const answer = await fetch(new URL(`/simulator/knobs/${gateway}`, address), {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

export async function truth(what, query = {}) {
  const url = new URL(`/simulator/truth/${what}`, address);
  url.search = new URLSearchParams(query).toString();
  return (await fetch(url)).json();
}

export async function effects(query) {
  return (await truth('effects', query)).effects;
}

/** What comes by and by: asked for until it is there. */
export async function eventually(look, isThere) {
  for (const end = Date.now() + 20_000; ; await pause(50)) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(seen)}`);
  }
}

/** What the payer clicks on a page of the gateway's; the answer sends the payer back. */
export function decide(page, decision) {
  return fetch(page, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ decision }) });
}
