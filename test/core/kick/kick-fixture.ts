import type { ServerResponse } from 'node:http';
import { HttpClient } from '../../../src/core/kick/http-client.js';
import { KickApi } from '../../../src/core/kick/kick-api.js';
import type { TokenSource } from '../../../src/core/kick/token-source.js';
import type { FindWebsiteChannel } from '../../../src/core/kick/website.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { answerJson, type ReceivedRequest, startScriptedServer } from './scripted-server.js';

/** Counts the replacements of one account's token. */
export class CountingTokens implements TokenSource {
  current = new Secret('token-1');
  replacements = 0;

  async accessToken() {
    return this.current;
  }

  async replaceRefused(stale: Secret) {
    if (stale === this.current) this.current = new Secret(`token-${++this.replacements + 1}`);
    return this.current;
  }
}

export type Script = (response: ServerResponse, request: ReceivedRequest) => void;

/** An API client and the server it talks to, which records what it is asked and answers as `answer` says. */
export async function startKick({ channelOf }: { channelOf?: FindWebsiteChannel } = {}) {
  const script: { answer: Script } = { answer: data({}) };
  const server = await startScriptedServer((response, received) => script.answer(response, received));
  const http = new HttpClient({ clock: new SystemClock(), random: new SystemRandom(), version: '1.2.3' });
  const tokens = new CountingTokens();
  const kick = new KickApi({
    apiUrl: `${server.url}/`,
    authUrl: server.url,
    tokens,
    http,
    website: channelOf && { url: server.url, channelOf },
  });
  return {
    kick,
    tokens,
    requests: server.requests,
    script,
    async close() {
      await http.close();
      await server.close();
    },
  };
}

/** Answers with Kick's envelope. */
export function data(value: unknown, rest: object = {}) {
  return (response: ServerResponse) => answerJson(response, 200, { data: value, message: 'OK', ...rest });
}

export async function gather<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of list) all.push(entry);
  return all;
}

export const noContent: Script = (response) => response.writeHead(204).end();
