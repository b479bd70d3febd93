const QUIET_MS = 20_000;
const ANSWER_MS = 8_000;
const LONGEST_WAIT_MS = 8_000;

/**
 * Kick's chat feed as the site reads it: Pusher Channels protocol 7 over one WebSocket, opened again for as long
 * as the page is open. Tells `onEvent(name, data)` of what the channels carry, without the `App\Events\` some
 * names begin with, and `onState` of `connecting`, `connected` and `reconnecting`.
 */
export class Feed {
  #options;
  #socket;
  #failures = 0;
  #timer;

  constructor(options) {
    this.#options = options;
    addEventListener('online', () => {
      if (!this.#socket) this.connect();
    });
  }

  connect() {
    const { key } = this.#options;
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(
      `${scheme}//${location.host}/app/${key}?protocol=7&client=js&version=8.4.0&flash=false`,
    );
    this.#socket = socket;
    this.#dropAfter(ANSWER_MS, socket);
    socket.onmessage = ({ data }) => this.#receive(socket, JSON.parse(data));
    socket.onclose = () => this.#lost(socket);
  }

  #receive(socket, { event, channel, data: encoded }) {
    if (socket !== this.#socket) return;
    this.#waitForTheNext(socket);
    const data = typeof encoded === 'string' ? JSON.parse(encoded) : encoded;
    if (event === 'pusher:connection_established') {
      for (const name of this.#options.channels) {
        socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { auth: '', channel: name } }));
      }
    } else if (event === 'pusher:ping') {
      socket.send(JSON.stringify({ event: 'pusher:pong', data: {} }));
    } else if (event === 'pusher_internal:subscription_succeeded') {
      if (channel === this.#options.channels.at(-1)) this.#connected();
    } else if (!event.startsWith('pusher')) {
      this.#options.onEvent(event.replace(/^App\\Events\\/, ''), data);
    }
  }

  /** Acknowledgements come in the order of the subscriptions: after the last, nothing is missed any more. */
  #connected() {
    this.#failures = 0;
    this.#options.onState('connected');
  }

  /** A dead socket can stay open without a word: ask after a while, and give up where nothing answers. */
  #waitForTheNext(socket) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      socket.send(JSON.stringify({ event: 'pusher:ping', data: {} }));
      this.#dropAfter(ANSWER_MS, socket);
    }, QUIET_MS);
  }

  #dropAfter(milliseconds, socket) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      socket.close();
      this.#lost(socket);
    }, milliseconds);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#options.onState('reconnecting');
    const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.#failures);
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), 250 + Math.random() * longest);
  }
}
