import { describe, expect, it } from 'vitest';
import { type RoleNeeded, Roles, roles } from '../../../src/core/events/role.js';
import { TestChannel, type TestUser } from '../../../src/testing/test-event.js';

const channel = new TestChannel('streamer');
const message = (user: TestUser) => channel.message(user, 'hi', new Date(0));
const known = new Roles({ owners: ['Ada', 999], regulars: new Map([['streamer', ['Ben']]]) });

/** All roles that somebody has. */
const rolesOf = (user: TestUser) => roles.filter((role) => known.has(message(user), role));
const withBadges = (...badges: string[]): TestUser => ({ username: 'viewer', badges });

describe('roles', () => {
  it.each<[TestUser, string]>([
    [withBadges(), 'everyone'],
    [withBadges('subscriber'), 'everyone subscriber'],
    [withBadges('founder'), 'everyone subscriber founder'],
    ['ben', 'everyone subscriber regular'],
    [withBadges('vip'), 'everyone subscriber regular vip'],
    [withBadges('og'), 'everyone subscriber regular vip og'],
    [withBadges('verified', 'sub_gifter'), 'everyone sub_gifter verified'],
    [
      withBadges('moderator', 'level'),
      'everyone subscriber regular vip moderator founder og sub_gifter verified',
    ],
    [
      withBadges('broadcaster'),
      'everyone subscriber regular vip moderator broadcaster founder og sub_gifter verified',
    ],
    ['streamer', 'everyone subscriber regular vip moderator broadcaster founder og sub_gifter verified'],
    ['ADA', roles.join(' ')],
    [withBadges('owner', 'staff', '__proto__', 'constructor'), 'everyone'],
    ['constructor', 'everyone'],
  ])('of %j are %s', (user, expected) => expect(rolesOf(user).join(' ')).toBe(expected));

  it('of an owner may be known by the user id', () => {
    const sent = message('whoever');
    const { id } = sent.sender;
    expect(new Roles({ owners: [id] }).has(sent, 'owner')).toBe(true);
    expect(new Roles({ owners: [id + 1] }).has(sent, 'owner')).toBe(false);
  });

  it('regular is one in the channel that knows them', () => {
    const elsewhere = new TestChannel('__proto__').message('ben', 'hi', new Date(0));
    expect(known.has(elsewhere, 'regular')).toBe(false);
  });

  it.each<[TestUser, boolean]>([
    [{ username: 'viewer', badges: [{ type: 'subscriber', text: '', count: 5 }] }, false],
    [{ username: 'viewer', badges: [{ type: 'subscriber', text: '', count: 6 }] }, true],
    [{ username: 'viewer', badges: [{ type: 'sub_gifter', text: '', count: 60 }, 'subscriber'] }, false],
    [withBadges('vip'), true],
    ['ben', true],
  ])('by months, %j: %s', (user, expected) => {
    const needed: RoleNeeded = { subscriber: { months: 6 } };
    expect(known.has(message(user), needed)).toBe(expected);
    expect(known.hasAny(message(user), ['owner', needed])).toBe(expected);
  });
});
