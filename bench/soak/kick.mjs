// Kick's side of the soak: the sandbox, a bad network before its feeds, people who chat, and what goes wrong.
import { startChaosProxy, startSandbox } from 'kickbot/sandbox';
import { numbers } from '../kick/chat.mjs';
import { serve } from '../processes.mjs';
import { FaultDeck } from './fault-deck.mjs';
import { faultsOf } from './faults.mjs';
import { Load } from './load.mjs';

const channelCount = 10;
const userCount = 200;
/** Short, so that tokens are renewed while it runs. */
const tokenSeconds = 600;

const replies = [];
let sandbox;
let lines;
let load;
let deck;
/** The fault that is going on or was the last. */
let fault;

/** All is well from now on. */
function heal() {
  sandbox.faults.clear();
  for (const line of Object.values(lines)) line.resume();
}

serve({
  async start({ rate, seed, slotMs, webhookUrl }) {
    sandbox = await startSandbox({ accessTokenSeconds: tokenSeconds, webhookUrl });
    sandbox.realtime.tokenSeconds = tokenSeconds;
    const { world, pusher } = sandbox;
    const target = { host: pusher.host, port: pusher.port };
    lines = { pusher: await startChaosProxy({ target }), centrifugo: await startChaosProxy({ target }) };
    const bot = world.createUser({ username: 'Kickbot' });
    const users = Array.from({ length: userCount }, (_, at) =>
      world.createUser({ username: `viewer_${at}` }),
    );
    const channels = Array.from({ length: channelCount }, (_, at) => {
      const channel = world.createChannel({ owner: `streamer_${at}` });
      world.setRoles({ channel, user: bot, moderator: true });
      return channel;
    });
    world.on(({ type, message }) => {
      if (type === 'message' && message.sender === bot) replies.push(Number(message.content));
    });
    load = new Load({ world, channels, users, rate, seed });
    deck = new FaultDeck({ faults: faultsOf({ sandbox, lines }), slotMs, random: numbers(seed + 1) });

    const { access_token, refresh_token, expires_in, scope } = sandbox.issueTokens({ as: bot });
    return {
      kick: {
        clientId: sandbox.app.clientId,
        clientSecret: sandbox.app.clientSecret,
        endpoints: {
          ...sandbox.endpoints,
          realtime: `http://${lines.centrifugo.host}:${lines.centrifugo.port}`,
        },
        pusher: { ...pusher, port: lines.pusher.port },
      },
      channels: channels.map(({ slug }) => slug),
      tokens: {
        accessToken: access_token,
        refreshToken: refresh_token,
        expiresIn: expires_in,
        scope,
      },
    };
  },
  chat: () => load.start(),
  begin() {
    fault = deck.begin(() => {
      heal();
      fault.endedAt = Date.now();
    });
  },
  /** What happened since the last question. */
  report: () => ({ said: load.take(), replies: replies.splice(0), fault }),
  hush() {
    load.stop();
    heal();
  },
  stop: () => sandbox.close(),
});
