import { generateKeyPairSync, sign } from 'node:crypto';
import { Pool } from 'undici';
import { channelNumber, chatFrames, ownId } from './chat.mjs';

const connections = 16;
/** A signature is made at the start and may be sent minutes later; what is a minute old counts as late. */
const datedAheadMs = 3 * 60_000;

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' });

const user = ({ id, username, slug }) => ({
  is_anonymous: false,
  user_id: id,
  username,
  is_verified: false,
  profile_picture: `https://files.example/${slug}.webp`,
  channel_slug: slug,
});

/** The webhook that tells of the same message as the frame; `number` becomes part of both ids. */
function delivery(text, number, channel, timestamp) {
  const { id, content, sender } = JSON.parse(JSON.parse(text).data);
  const { slug, broadcasterUserId } = channel;
  const { color, badges } = sender.identity;
  const body = JSON.stringify({
    message_id: ownId(number) + id.slice(8),
    replies_to: null,
    broadcaster: { ...user({ id: broadcasterUserId, username: slug, slug }), identity: null },
    sender: { ...user(sender), identity: { username_color: color, badges } },
    content,
    emotes: null,
    created_at: timestamp,
  });
  const deliveryId = `01BENCH${String(number).padStart(19, '0')}`;
  const signature = sign('RSA-SHA256', Buffer.from(`${deliveryId}.${timestamp}.${body}`), keys.privateKey);
  const headers = {
    host: 'bot.example',
    'content-type': 'application/json',
    'kick-event-message-id': deliveryId,
    'kick-event-subscription-id': '01BENCHSUBSCRIPTION',
    'kick-event-signature': signature.toString('base64'),
    'kick-event-message-timestamp': timestamp,
    'kick-event-type': 'chat.message.sent',
    'kick-event-version': '1',
  };
  return { headers, body };
}

/** The first `count` messages of a chat, signed once for all who hear the same. */
const ready = new Map();

function deliveriesOf(corpus, count) {
  const key = JSON.stringify([corpus, count]);
  if (!ready.has(key)) {
    const timestamp = `${new Date(Date.now() + datedAheadMs).toISOString().slice(0, 19)}Z`;
    const signed = [];
    for (const text of chatFrames({ ...corpus, count })) {
      const number = signed.length;
      signed.push(delivery(text, number, channelNumber(number % corpus.channels), timestamp));
    }
    ready.set(key, signed);
  }
  return ready.get(key);
}

/** Kick's webhooks to one client. */
export class Webhooks {
  #deliveries;
  #pool;

  /** `count`: how many will be sent at most. */
  constructor(corpus, count) {
    this.#deliveries = deliveriesOf(corpus, count);
  }

  aimAt(port) {
    this.#pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  }

  /** Posts the messages of these numbers, as fast as they are answered. */
  async send(first, count) {
    await Promise.all(this.#deliveries.slice(first, first + count).map((delivery) => this.#post(delivery)));
  }

  async #post({ headers, body }) {
    const answer = await this.#pool.request({ method: 'POST', path: '/webhooks/kick', headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`A webhook was answered ${answer.statusCode}.`);
  }
}
