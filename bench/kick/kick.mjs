import { createServer } from 'node:http';
import { machineTime } from '../machine-time.mjs';
import { Tally } from '../tally.mjs';
import { Feed } from './feed.mjs';
import { publicKey, Webhooks } from './webhooks.mjs';

/** So many messages at a time where several transports carry them, so that the copies come close together. */
const perSlice = 100;

/** What stands for Kick to one client: an API that says yes, and one chat over all transports. */
export class Kick {
  /** What the bot said. */
  said = new Tally();
  #api = createServer((request, response) => this.#answer(request, response));
  #ways;
  /** Of the next message. Each has its own, and so an id of its own, however often the chat is sent. */
  #next = 0;

  constructor({ corpus, over, webhooks }) {
    const wayOf = (name) => (name === 'webhook' ? new Webhooks(corpus, webhooks) : new Feed(name, corpus));
    this.#ways = new Map(over.map((name) => [name, wayOf(name)]));
    this.#api.on('upgrade', (request, stream, head) => {
      const name = request.url.startsWith('/app/') ? 'pusher' : 'centrifugo';
      this.#ways.get(name).accept(request, stream, head);
    });
  }

  async open() {
    await new Promise((resolve) => this.#api.listen(0, '127.0.0.1', resolve));
    return { address: this.#host, meanFrameBytes: Math.round(this.#ways.get('pusher')?.meanFrameBytes) };
  }

  /** Where the client takes webhooks. */
  aimAt(port) {
    this.#ways.get('webhook').aimAt(port);
  }

  /** Sends the next `count` messages as fast as they are taken. */
  async flood(count) {
    const atOnce = this.#ways.size === 1 ? count : perSlice;
    for (let sent = 0; sent < count; sent += atOnce) await this.#send(Math.min(atOnce, count - sent));
  }

  /** Sends the next `count` messages at a steady rate. When each was written, in microseconds of the machine's time. */
  async pace(count, perSecond) {
    const startedAt = performance.now();
    const writtenAt = [];
    const sends = [];
    for (let sent = 0; sent < count; sent++) {
      const wait = startedAt + (sent * 1_000) / perSecond - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      writtenAt.push([this.#next, machineTime()]);
      sends.push(this.#send(1));
    }
    await Promise.all(sends);
    return writtenAt;
  }

  /** Sends the message with that place in the chat. */
  skipTo(index) {
    this.#next = index;
    return this.#send(1);
  }

  #send(count) {
    const first = this.#next;
    this.#next += count;
    return Promise.all([...this.#ways.values()].map((way) => way.send(first, count)));
  }

  get #host() {
    return `127.0.0.1:${this.#api.address().port}`;
  }

  #answer(request, response) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const place = `${request.method} ${request.url.split('?')[0]}`;
      if (place === 'POST /public/v1/chat') this.said.add();
      const answer = this.#answerTo(place, Buffer.concat(chunks).toString());
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { message: 'Not Found' }));
    });
  }

  #answerTo(place, body) {
    switch (place) {
      case 'POST /oauth/token':
        return { access_token: 'app', token_type: 'Bearer', expires_in: 7_200 };
      case 'GET /public/v1/users':
        return { data: [{ user_id: 1, name: 'Kickbot', email: '', profile_picture: '' }] };
      case 'POST /public/v1/chat':
        return { data: { is_sent: true, message_id: '11111111-1111-4111-8111-111111111111' }, message: 'OK' };
      case 'GET /public/v1/public-key':
        return { data: { public_key: publicKey } };
      case 'GET /public/v1/events/subscriptions':
        return { data: [] };
      case 'POST /public/v1/events/subscriptions':
        return { data: JSON.parse(body).events.map((event) => ({ ...event, subscription_id: event.name })) };
      case 'POST /api/v1/realtime/auth/connection':
        return { data: { token: 'guest' } };
    }
    if (!/^POST \/api\/v1\/realtime\/channels\/\d+\/chat\/connection$/.test(place)) return undefined;
    const credentials = { url: `ws://${this.#host}/connection/websocket` };
    return { data: { mode: 'websocket', connections: [{ provider: 'centrifugo', credentials }] } };
  }
}
