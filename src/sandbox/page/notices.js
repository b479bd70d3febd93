import { element } from './dom.js';

const name = (username) => element('b', { textContent: username });
const minutes = (number) => (number === 1 ? '1 minute' : `${number} minutes`);
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/**
 * What a row says of an event that is no message: `{ kind, icon, parts }`, with `about` naming the user it is
 * about and `key` where a later event of the key takes the row's place. `undefined` for what the page leaves out:
 * what it does not know, and the second name under which the feed tells some things twice.
 */
export function noticeOf(event, data) {
  return tellers[event]?.(data);
}

const tellers = {
  UserBannedEvent: ({ user, banned_by: by, permanent, duration }) => ({
    kind: 'moderation',
    icon: permanent ? 'ban' : 'clock',
    about: user.username,
    parts: permanent
      ? [name(user.username), ' was banned by ', name(by.username)]
      : [name(user.username), ` was timed out for ${minutes(duration)} by `, name(by.username)],
  }),
  UserUnbannedEvent: ({ user, unbanned_by: by, permanent }) => ({
    kind: 'moderation',
    icon: 'verified',
    parts: permanent
      ? [name(user.username), ' was unbanned by ', name(by.username)]
      : ['The timeout of ', name(user.username), ' was lifted by ', name(by.username)],
  }),
  ChatroomClearEvent: () => ({
    kind: 'moderation',
    icon: 'clear',
    parts: ['Chat was cleared by a moderator'],
  }),
  ChatroomUpdatedEvent: (data) => {
    const modes = modesOf(settingsOf(data));
    const said = modes.length > 0 ? modes.join(', ').toLowerCase() : 'everyone may write';
    return { kind: 'settings', icon: 'settings', parts: [`Chat settings: ${said}`] };
  },
  PinnedMessageCreatedEvent: ({ message, pinnedBy }) => ({
    kind: 'settings',
    icon: 'pin',
    parts: [
      ...(pinnedBy ? [name(pinnedBy.username)] : ['A moderator']),
      ' pinned a message of ',
      name(message.sender.username),
    ],
  }),
  PinnedMessageDeletedEvent: () => ({
    kind: 'settings',
    icon: 'pin',
    parts: ['The pinned message was taken down'],
  }),
  SubscriptionEvent: ({ username, months, custom_message: message }) => ({
    kind: 'support',
    icon: 'subscriber',
    parts: [
      name(username),
      months > 1 ? ` has been subscribed for ${months} months` : ' subscribed',
      ...(message ? [`: “${message}”`] : []),
    ],
  }),
  GiftedSubscriptionsEvent: ({
    gifter_username: gifter,
    gifted_usernames: names,
    gifted_total: total,
    ...rest
  }) =>
    (rest.chunk_details?.chunk_index ?? 0) > 0
      ? undefined
      : {
          kind: 'support',
          icon: 'gift',
          parts: [
            gifter ? name(gifter) : 'Somebody',
            ` gifted ${count(total ?? names.length, 'subscription', 'subscriptions')} to ${listed(names, total)}`,
          ],
        },
  KicksGifted: ({ sender, gift, message }) => ({
    kind: 'support',
    icon: 'gift',
    parts: [
      name(sender.username),
      ` sent ${gift.name}, ${gift.amount} KICKs`,
      ...(message ? [`: “${message}”`] : []),
    ],
  }),
  RewardRedeemedEvent: ({ username, reward_title: title, user_input: input }) => ({
    kind: 'support',
    icon: 'founder',
    parts: [name(username), ` redeemed ${title}`, ...(input ? [`: “${input}”`] : [])],
  }),
  StreamHostEvent: ({ host_username: host, number_viewers: viewers, optional_message: message }) => ({
    kind: 'stream',
    icon: 'host',
    parts: [
      name(host),
      ` is hosting with ${count(viewers, 'viewer', 'viewers')}`,
      ...(message ? [`: “${message}”`] : []),
    ],
  }),
  StreamerIsLive: ({ livestream }) => ({
    kind: 'stream',
    icon: 'live',
    parts: ['The stream began: ', name(livestream.session_title)],
  }),
  StopStreamBroadcast: () => ({ kind: 'stream', icon: 'live', parts: ['The stream ended'] }),
  PollUpdateEvent: ({ poll }) => ({
    kind: 'stream',
    icon: 'poll',
    key: `poll ${poll.title}`,
    parts: [
      name(poll.title),
      ` ${poll.options.map(({ label, votes }) => `${label}: ${votes}`).join(' · ')}`,
      poll.remaining > 0 ? ` (${poll.remaining} s left)` : ' (closed)',
    ],
  }),
  PollDeleteEvent: () => ({ kind: 'stream', icon: 'poll', parts: ['The poll was taken down'] }),
};

function listed(names, total = names.length) {
  const shown = names.slice(0, 3);
  const others = total - shown.length;
  return others > 0 ? `${shown.join(', ')} and ${count(others, 'other', 'others')}` : shown.join(', ');
}

/** The chat modes of a `ChatroomUpdatedEvent`, in the shape the page's API gives them. */
export function settingsOf(data) {
  const value = (mode, field) => (mode?.enabled ? mode[field] : null);
  return {
    slowModeSeconds: value(data.slow_mode, 'message_interval'),
    followersModeMinutes: value(data.followers_mode, 'min_duration'),
    accountAgeMinutes: value(data.account_age, 'min_duration'),
    subscribersMode: data.subscribers_mode?.enabled === true,
    emotesMode: data.emotes_mode?.enabled === true,
  };
}

/** The modes that are on, in words. */
export function modesOf(settings) {
  const { slowModeSeconds, followersModeMinutes, accountAgeMinutes, subscribersMode, emotesMode } = settings;
  const modes = [];
  if (slowModeSeconds !== null) modes.push(`Slow mode ${slowModeSeconds} s`);
  if (followersModeMinutes !== null) {
    modes.push(followersModeMinutes > 0 ? `Followers of ${minutes(followersModeMinutes)}` : 'Followers only');
  }
  if (accountAgeMinutes !== null) modes.push(`Accounts older than ${minutes(accountAgeMinutes)}`);
  if (subscribersMode) modes.push('Subscribers only');
  if (emotesMode) modes.push('Emotes only');
  return modes;
}
