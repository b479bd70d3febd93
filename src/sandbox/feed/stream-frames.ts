import { randomUUID } from 'node:crypto';
import type { Channel, Livestream } from '../world/state.js';
import type { Event } from './event.js';
import type { Frame } from './frame.js';

/** A raid comes twice to the hosted channel, and once to the one that hosts. */
export function hostFrames({ channel, by, from, viewers, message, at }: Event<'hosted'>): Frame[] {
  const optional = message ?? null;
  const incoming: Frame[] = [
    {
      channel: `chatrooms.${channel.chatroomId}.v2`,
      event: 'App\\Events\\StreamHostEvent',
      data: {
        chatroom_id: channel.chatroomId,
        optional_message: optional,
        number_viewers: viewers,
        host_username: by.username,
      },
    },
    {
      channel: `chatrooms.${channel.chatroomId}`,
      event: 'App\\Events\\StreamHostedEvent',
      data: {
        message: {
          id: randomUUID(),
          numberOfViewers: viewers,
          optionalMessage: optional,
          createdAt: new Date(at).toISOString(),
        },
        user: { id: by.id, username: by.username, isSuperAdmin: false, verified: false },
      },
    },
  ];
  return from ? [...incoming, outgoingHost(from, channel)] : incoming;
}

function outgoingHost(from: Channel, to: Channel): Frame {
  return {
    channel: `channel.${from.id}`,
    event: 'App\\Events\\ChatMoveToSupportedChannelEvent',
    data: {
      channel: {
        ...oldChannel(from),
        current_livestream: from.livestream && oldLivestream(from, from.livestream),
      },
      slug: to.slug,
      hosted: {
        id: to.id,
        username: to.broadcaster.username,
        slug: to.slug,
        viewers_count: to.livestream?.viewers ?? 0,
        is_live: to.livestream !== null,
        profile_pic: to.broadcaster.profilePicture,
        category: to.category.name,
        preview_thumbnail: { srcset: '', src: '' },
      },
    },
  };
}

export function livestreamFrames(event: Event<'went-live' | 'went-offline'>): Frame[] {
  const { channel } = event;
  if (event.type === 'went-offline') {
    return [
      {
        channel: `channel.${channel.id}`,
        event: 'App\\Events\\StopStreamBroadcast',
        data: { livestream: { id: event.livestream.id, channel: { id: channel.id, is_banned: false } } },
      },
    ];
  }
  return [
    {
      channel: `channel.${channel.id}`,
      event: 'App\\Events\\StreamerIsLive',
      data: {
        livestream: {
          id: event.livestream.id,
          channel_id: channel.id,
          session_title: channel.title,
          source: null,
          created_at: new Date(event.at).toISOString().replace('Z', '000Z'),
        },
      },
    },
  ];
}

/** A channel as the older events and the website write it. */
export function oldChannel(channel: Channel) {
  const { settings, broadcaster } = channel;
  return {
    id: channel.id,
    user_id: broadcaster.id,
    slug: channel.slug,
    is_banned: false,
    playback_url: '',
    name_updated_at: null,
    vod_enabled: true,
    subscription_enabled: true,
    is_affiliate: true,
    can_host: true,
    chatroom: {
      id: channel.chatroomId,
      chatable_type: 'App\\Models\\Channel',
      channel_id: channel.id,
      created_at: new Date(broadcaster.createdAt).toISOString(),
      updated_at: new Date(broadcaster.createdAt).toISOString(),
      chat_mode_old: 'public',
      chat_mode: 'public',
      slow_mode: settings.slowModeSeconds !== null,
      chatable_id: channel.id,
      followers_mode: settings.followersModeMinutes !== null,
      subscribers_mode: settings.subscribersMode,
      emotes_mode: settings.emotesMode,
      message_interval: settings.slowModeSeconds ?? 0,
      following_min_duration: settings.followersModeMinutes ?? 0,
    },
  };
}

/** `2026-09-27 16:11:55`: UTC without saying so. */
function sqlTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** A stream as the older events and the website write it. */
export function oldLivestream(channel: Channel, livestream: Livestream) {
  return {
    id: livestream.id,
    slug: `${livestream.id}-${channel.slug}`,
    channel_id: channel.id,
    created_at: sqlTime(livestream.startedAt),
    session_title: livestream.title,
    is_live: true,
    risk_level_id: null,
    start_time: sqlTime(livestream.startedAt),
    source: null,
    twitch_channel: null,
    duration: 0,
    language: 'English',
    is_mature: false,
    viewer_count: livestream.viewers,
  };
}
