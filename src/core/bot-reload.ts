import { isDeepStrictEqual } from 'node:util';
import type { RunningParts } from './bot-health.js';
import type { ChannelDirectory } from './chat/channel-directory.js';
import type { LiveChannels } from './chat/live-channels.js';
import type { Addressing } from './commands/addressing.js';
import { type ChannelConfig, type Config, regularsOf, speaksAsApp } from './config/schema.js';
import type { Channel } from './events/kick-event.js';
import type { Roles } from './events/role.js';
import type { KickApi } from './kick/kick-api.js';
import { type PluginChanges, reloadPlugins } from './plugins/plugin-reload.js';

/** What another configuration came to in a bot that runs. */
export interface ConfigChanges extends PluginChanges {
  readonly joined: readonly string[];
  readonly parted: readonly string[];
  /** Settings whose new values wait for a restart, such as `chat.prefix`. */
  readonly waiting: readonly string[];
}

/** What knows the channels of a bot that runs. */
export interface ReloadableParts extends RunningParts {
  readonly channels: Channel[];
  readonly directory: ChannelDirectory;
  readonly addressing: Addressing;
  readonly roles: Roles;
  readonly live: LiveChannels;
  readonly kick: KickApi | undefined;
}

/**
 * Brings a bot that runs from one configuration to another, as far as that goes without a restart: its plugins, their
 * options, and which channels it is in. Never rejects.
 */
export async function reloadBot(parts: ReloadableParts, from: Config, to: Config) {
  const { added, removed, kept, waiting } = compareChannels(from.channels, to.channels);
  for (const { slug } of removed) part(slug, parts);
  // What a channel has for plugins is theirs to take over; what else changed in it is not.
  const channels = [...kept, ...added];
  const plugins = await reloadPlugins(parts.host, to.plugins, channels);
  const problems = [...plugins.problems];
  const joined: ChannelConfig[] = [];
  for (const channel of added) {
    try {
      await join(channel, parts);
      joined.push(channel);
    } catch (error) {
      problems.push(error);
    }
  }
  const changes: ConfigChanges = {
    ...plugins,
    problems,
    joined: joined.map(({ slug }) => slug),
    parted: removed.map(({ slug }) => slug),
    waiting: [...settingsThatDiffer(from, to), ...waiting],
  };
  return { changes, config: { ...from, plugins: to.plugins, channels: [...kept, ...joined] } };
}

async function join(config: ChannelConfig, parts: ReloadableParts): Promise<void> {
  const { slug } = config;
  const { host, reception, speakers, live, kick } = parts;
  const channel = await parts.directory.resolve(config);
  speakers.serve(config);
  parts.addressing.set({ ...config, username: speakers.usernameIn(slug) });
  parts.roles.setRegulars(slug, regularsOf([config]).get(slug) ?? []);
  try {
    await reception.join(channel);
  } catch (error) {
    reception.part(channel);
    throw error;
  }
  parts.channels.push(channel);
  host.timers.join(channel, (other) => live.isLive(other));
  // Where Kick does not say, their events will.
  if (kick !== undefined) live.ask([channel], kick.livestreams).catch(() => undefined);
}

function part(slug: string, { channels, reception, host }: ReloadableParts): void {
  const index = channels.findIndex((channel) => channel.slug === slug);
  const [channel] = channels.splice(index, index < 0 ? 0 : 1);
  if (channel === undefined) return;
  reception.part(channel);
  host.timers.part(channel);
}

function compareChannels(from: readonly ChannelConfig[], to: readonly ChannelConfig[]) {
  const before = new Map(from.map((channel) => [channel.slug, channel]));
  const after = new Set(to.map(({ slug }) => slug));
  const added: ChannelConfig[] = [];
  const kept: ChannelConfig[] = [];
  const waiting: string[] = [];
  for (const channel of to) {
    const old = before.get(channel.slug);
    if (old !== undefined) {
      const { plugins, ...rest } = { plugins: undefined, ...channel };
      const { plugins: _, ...was } = { plugins: undefined, ...old };
      if (!isDeepStrictEqual(rest, was)) waiting.push(`channels: ${channel.slug}`);
      kept.push({ ...was, ...(plugins && { plugins }) });
    } else if (speaksAsApp(channel)) waiting.push(`channels: ${channel.slug}`);
    else added.push(channel);
  }
  return { added, kept, waiting, removed: from.filter(({ slug }) => !after.has(slug)) };
}

/** `chat.prefix`, `owners`: those that are read only once. */
function settingsThatDiffer(from: Config, to: Config): string[] {
  const settings = (config: Config) => {
    const { plugins: _, channels: __, kick, ...rest } = config;
    return { ...rest, kick: { ...kick, clientSecret: kick.clientSecret?.reveal() } };
  };
  return differing(settings(from), settings(to));
}

function differing(from: object, to: object, within = ''): string[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const [old, now]: unknown[] = [Reflect.get(from, key), Reflect.get(to, key)];
    if (isDeepStrictEqual(old, now)) return [];
    const path = `${within}${key}`;
    return isSection(old) && isSection(now) ? differing(old, now, `${path}.`) : [path];
  });
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
