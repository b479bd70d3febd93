import { Actions } from './actions.js';
import { Composer } from './composer.js';
import { byId, element } from './dom.js';
import { Feed } from './feed.js';
import { Log } from './log.js';
import { plain } from './message.js';
import { modesOf, noticeOf, settingsOf } from './notices.js';
import { People } from './people.js';

const slug = decodeURIComponent(location.pathname.split('/').at(-1));
const api = `/sandbox/api/channels/${encodeURIComponent(slug)}`;

const FILTER = 'Kick’s filter';

const log = new Log(byId('log'), byId('newer'));
const people = new People(byId('people'), byId('people-count'));
/** Until when somebody may not write, in milliseconds since 1970; `Infinity` for a ban. */
const banned = new Map();
let refreshing = false;
let refreshWanted = false;
let channel;

const composer = new Composer({
  send: (message) => post('messages', message),
  onRoleChange: () => {
    byId('clear').hidden = !composer.moderates;
    actions.refresh();
  },
});
const actions = new Actions({ box: byId('log'), allowed: allowedFor, act });

byId('clear').addEventListener('click', () => moderate({ action: 'clear' }));
byId('log').addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') composer.focus();
});

// On a phone the focus would cover half the page with the keyboard.
if (matchMedia('(hover: hover)').matches) composer.focus();
await begin();

async function begin() {
  const answer = await load();
  if (!answer) return setTimeout(begin, 2000);
  channel = answer.channel;
  const { id, chatroomId } = channel;
  describeChannel();
  new Feed({
    key: answer.pusher.key,
    channels: [
      `chatrooms.${chatroomId}`,
      `chatroom_${chatroomId}`,
      `channel.${id}`,
      `channel_${id}`,
      `predictions-channel-${id}`,
      `chatrooms.${chatroomId}.v2`,
    ],
    onEvent: receive,
    onState: (state) => {
      showState(state);
      if (state === 'connected') refresh();
    },
  }).connect();
}

/** What the server knows now, shown; `undefined` when it cannot be reached. */
async function load() {
  const response = await fetch(api).catch(() => undefined);
  if (!response?.ok) return undefined;
  const answer = await response.json();
  if (channel && answer.channel.chatroomId !== channel.chatroomId) location.reload();
  for (const { sender } of answer.recent) people.saw(sender);
  log.merge(answer.recent);
  for (const { id, removed } of answer.recent) {
    if (removed) log.remove(id, { how: removed.how, by: removed.by ?? FILTER });
  }
  byId('log').setAttribute('aria-busy', 'false');
  banned.clear();
  for (const { username, until } of answer.banned) banned.set(username, until ?? Number.POSITIVE_INFINITY);
  showStream(answer.livestream);
  showModes(answer.settings);
  showPin(answer.pin);
  actions.refresh();
  return answer;
}

/**
 * Asks the server again: after a connection was lost there is a gap to fill, and of a removal the feed does not
 * tell whose it was. However many ask meanwhile, one more request follows the one on its way.
 */
async function refresh() {
  refreshWanted = true;
  if (refreshing) return;
  refreshing = true;
  while (refreshWanted) {
    refreshWanted = false;
    await load();
  }
  refreshing = false;
}

function receive(event, data) {
  if (event === 'ChatMessageEvent') {
    people.saw(data.sender);
    log.addMessage(data);
    return;
  }
  const notice = noticeOf(event, data);
  if (notice) log.addNotice(notice);
  reactions[event]?.(data);
}

const reactions = {
  MessageDeletedEvent: ({ message, aiModerated }) => {
    log.remove(message.id, { how: 'deleted', by: aiModerated ? FILTER : undefined });
    actions.refresh();
    if (!aiModerated) refresh();
  },
  UserBannedEvent: ({ user, banned_by: by, expires_at: until }) => {
    banned.set(user.username, until ? Date.parse(until) : Number.POSITIVE_INFINITY);
    log.removeAll({ how: 'banned', by: by.username }, user.username);
    actions.refresh();
  },
  UserUnbannedEvent: ({ user }) => {
    banned.delete(user.username);
    actions.refresh();
  },
  ChatroomClearEvent: () => {
    log.removeAll({ how: 'cleared' });
    actions.refresh();
    refresh();
  },
  ChatroomUpdatedEvent: (data) => showModes(settingsOf(data)),
  PinnedMessageCreatedEvent: ({ message, pinnedBy }) => showPin({ message, by: pinnedBy?.username }),
  PinnedMessageDeletedEvent: () => showPin(null),
  StreamHostEvent: refresh,
  StreamerIsLive: refresh,
  StopStreamBroadcast: () => showStream(null),
};

function allowedFor(row) {
  const { id, about, removed } = row.dataset;
  const here = id !== undefined && removed === undefined;
  const may = [];
  if (here) may.push('reply');
  if (!composer.moderates) return may;
  if (here) may.push('delete');
  if (about === channel.username) return may;
  if ((banned.get(about) ?? 0) > Date.now()) may.push('unban');
  else may.push('timeout-1', 'timeout-10', 'ban');
  return may;
}

function act(action, row) {
  const { id, about: username } = row.dataset;
  if (action === 'reply') return composer.replyTo(log.message(id));
  if (action === 'delete') return moderate({ action, messageId: id });
  const [kind, minutes] = action.split('-');
  return moderate({ action: kind, username, ...(minutes && { minutes: Number(minutes) }) });
}

async function moderate(request) {
  composer.complain(await post('moderation', { as: composer.as, ...request }));
}

/** Sends JSON; the answer is the sentence that says why not, or `undefined` where all is well. */
async function post(path, body) {
  try {
    const response = await fetch(`${api}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.ok ? undefined : (await response.json()).error;
  } catch {
    return 'The sandbox cannot be reached. Is it still running?';
  }
}

function describeChannel() {
  const { username, broadcasterUserId, id, chatroomId } = channel;
  document.title = `${username}'s chat – Kick sandbox`;
  byId('channel').textContent = username;
  byId('avatar').textContent = username.slice(0, 1).toUpperCase();
  composer.belongsTo(username);
  const ids = { slug, broadcasterUserId, channelId: id, chatroomId };
  byId('ids').replaceChildren(
    ...Object.entries(ids).map(([name, value]) =>
      element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: String(value) })),
    ),
  );
}

function showStream(livestream) {
  byId('live').hidden = !livestream;
  byId('viewers').hidden = !livestream;
  if (livestream) byId('viewers').textContent = `${livestream.viewers.toLocaleString('en')} watching`;
  byId('title').textContent = livestream ? livestream.title : 'Offline';
}

function showModes(settings) {
  byId('modes').replaceChildren(...modesOf(settings).map((mode) => element('span', { textContent: mode })));
}

function showPin(pin) {
  byId('pinned').hidden = !pin;
  if (!pin) return;
  const { sender, content } = pin.message;
  byId('pinned').replaceChildren(
    element('b', { textContent: pin.by ? `Pinned by ${pin.by}` : 'Pinned' }),
    element('span', { textContent: `${sender.username}: ${plain(content)}` }),
  );
}

function showState(state) {
  const words = { connecting: 'Connecting', connected: 'Connected', reconnecting: 'Reconnecting' };
  byId('state').dataset.state = state;
  byId('state').textContent = words[state];
}
