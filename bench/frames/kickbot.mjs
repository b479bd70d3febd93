// The whole bot. Two things are stubs: the HTTP exchange of what it says and removes, which succeeds at once, and the
// sender's limits, which would let a message a second and a half through.
import { HttpClient } from '../../dist/core/kick/http-client.js';
import { Speakers } from '../../dist/core/speakers.js';
import { startBot } from '../whole-bot.mjs';

/** How long the last answers may take. */
const patienceMs = 5_000;
const counts = { POST: 0, DELETE: 0 };
const answer = {
  status: 200,
  headers: {},
  json: { data: { is_sent: true, message_id: '11111111-1111-4111-8111-111111111111' } },
  isHtml: false,
};

const { send } = HttpClient.prototype;
HttpClient.prototype.send = async function (request) {
  if (!request.url.pathname.startsWith('/public/v1/chat')) return send.call(this, request);
  counts[request.method]++;
  return answer;
};

Speakers.prototype.send = async function ({ channel: { broadcasterUserId }, content, replyTo }) {
  const messageId = await this.kick.chat.sendOnce({ type: 'user', broadcasterUserId, content, replyTo });
  return [{ messageId, content }];
};

export async function open({ arrived, ...feed }) {
  const { commandEvery = Number.POSITIVE_INFINITY, removedEvery = Number.POSITIVE_INFINITY, over } = feed;
  const { bot, webhookPort } = await startBot(feed);
  bot.events.on('chat.message.sent', ({ messageId }) => arrived(messageId));

  /** What is to be counted after `total` messages. */
  const checks = (total) => [
    ...bot.transports.flatMap(({ name, counts: { frames, malformed } }) => [
      [`frames over ${name}`, frames, total],
      [`malformed frames over ${name}`, malformed, 0],
    ]),
    ['commands answered', counts.POST, Math.floor(total / commandEvery)],
    ['messages removed', counts.DELETE, Math.floor((total + 1) / removedEvery)],
  ];
  const mistakes = (total) => checks(total).filter(([, found, wanted]) => found !== wanted);
  return {
    webhookPort: over.includes('webhook') ? webhookPort : undefined,
    /** Resolves when all copies have come, and everything is answered. */
    async settled(total) {
      const until = performance.now() + patienceMs;
      while (mistakes(total).length > 0 && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    mistakes: (total) =>
      mistakes(total).map(([what, found, wanted]) => `${what}: ${found} instead of ${wanted}`),
  };
}
