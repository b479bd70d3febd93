/** Frames that are no events of either protocol; `{}` would be a ping of Centrifugo's. */
const malformed = [
  '[]',
  '42',
  'null',
  '"text"',
  '{"event":',
  '{"event":7}',
  '{"event":"App\\\\Events\\\\ChatMessageEvent","data":"{","channel":"__proto__"}',
  '{"event":"x","data":{},"channel":"constructor"}',
  '\u0000\u0001',
];
/** Pusher: leaving, restarting, over capacity, come back at once. Centrifugo: leaving, shutdown, expired, slow, no pong. */
const closeCodes = { pusher: [1001, 1012, 4100, 4200, 4201], centrifugo: [1001, 3001, 3005, 3008, 3012] };
/** A connection that is dead without a word is found by its silence. */
const halfOpen = { noticedWithinMs: 60_000, isHalfOpen: true, isSlow: true };
/** Who is turned away asks again after 15 to 30 s only. */
const turnedAway = { isSlow: true };
const send = 'POST /public/v1/chat';

/**
 * All that goes wrong, one of them at a time. `hits` are the transports it may bring down. It begins, lasts from so
 * many seconds to so many, and ends.
 *
 * @param lines The feeds' proxies, by transport.
 */
export function faultsOf({ sandbox, lines }) {
  const { faults } = sandbox;
  return [
    ...Object.entries(lines).flatMap(([name, line]) => feedFaults(name, line, faults)),
    {
      title: 'the broker answers 503',
      hits: ['centrifugo'],
      seconds: [3, 10],
      begin() {
        faults.next('POST /api/v1/realtime/*', { status: 503 }, Number.POSITIVE_INFINITY);
        lines.centrifugo.reset();
      },
    },
    {
      title: 'both feeds are away',
      hits: Object.keys(lines),
      seconds: [10, 10],
      begin() {
        for (const line of Object.values(lines)) {
          line.refuse();
          line.reset();
        }
      },
    },
    ...webhookFaults(faults),
    ...sendingFaults(faults),
  ];
}

function feedFaults(name, line, faults) {
  const again = () => faults.dropSockets(name);
  const fault = (what, seconds, begin, more = {}) => ({
    title: `${name}: ${what}`,
    hits: [name],
    seconds,
    begin,
    ...more,
  });
  return [
    fault('connections reset', [0, 0], () => line.reset()),
    fault('connections ended', [0, 0], () => line.cut()),
    fault('connections half-open', [3, 20], () => line.stall(), halfOpen),
    fault('all of it 3 s late', [3, 10], () => line.delay(3_000)),
    fault('refused', [5, 20], () => {
      line.refuse();
      line.reset();
    }),
    ...closeCodes[name].map((code) =>
      fault(`closed with ${code}`, [0, 0], () => faults.closeSockets(code, '', name)),
    ),
    fault(
      'handshakes answered with 403',
      [3, 10],
      () => {
        faults.refuseHandshakes({ status: 403 }, name);
        again();
      },
      turnedAway,
    ),
    fault('handshakes never answered', [3, 10], () => {
      faults.refuseHandshakes('silent', name);
      again();
    }),
    fault('subscriptions never answered', [3, 10], () => {
      faults.ignoreSubscriptions(() => true, name);
      again();
    }),
    fault('malformed frames', [0, 0], () => {
      for (const text of malformed) faults.sendRaw(text, undefined, name);
    }),
  ];
}

function webhookFaults(faults) {
  const fault = (what, seconds, begin, more = {}) => ({
    title: `webhooks: ${what}`,
    hits: ['webhook'],
    seconds,
    begin,
    ...more,
  });
  let shuffling;
  return [
    fault('held, then in a burst', [5, 30], () => faults.webhooks({ hold: true })),
    fault('three times each', [5, 10], () => faults.webhooks({ copies: 3 })),
    fault('6 s late', [5, 10], () => faults.webhooks({ delayMs: 6_000 })),
    fault('none', [5, 20], () => faults.webhooks({ drop: true })),
    fault(
      'out of order',
      [5, 10],
      () => {
        let turn = 0;
        shuffling = setInterval(() => {
          turn += 1;
          faults.webhooks({ delayMs: turn % 2 === 0 ? 1 : 1_000 });
        }, 100);
      },
      { end: () => clearInterval(shuffling) },
    ),
  ];
}

function sendingFaults(faults) {
  const fault = (what, reply, times = 1) => ({
    title: `sending: ${what}`,
    hits: [],
    seconds: [6, 6],
    begin: () => faults.next(send, reply, times),
  });
  return [
    fault('500, twice', { status: 500 }, 2),
    fault('429, come back in 2 s', { status: 429, retryAfter: 2 }),
    fault('401', { status: 401 }),
    fault('answers take 2 s', { delayMs: 2_000 }, Number.POSITIVE_INFINITY),
    fault('reset before it was done', { cut: 'before' }),
    fault('reset after it was done', { cut: 'after' }),
  ];
}
