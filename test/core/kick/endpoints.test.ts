import { describe, expect, it } from 'vitest';
import { eventSubscriptionId, userId } from '../../../src/core/primitives/ids.js';
import { testRows } from './endpoint-rows.js';
import { data, gather, noContent } from './kick-fixture.js';

const claim = {
  claim_id: 'claim-1',
  user_id: 3003,
  campaign_id: 'campaign-1',
  reward_id: 'reward-1',
  external_id: null,
  external_status: 'initiated',
  created_at: '2026-06-03T03:04:05Z',
  updated_at: '2026-06-03T03:04:05Z',
};
const introspection = data({
  active: true,
  client_id: '01APP',
  token_type: 'user',
  scope: 'user:read chat:write',
  exp: 1_771_046_347,
});
const readIntrospection = {
  isActive: true,
  clientId: '01APP',
  kind: 'user',
  scopes: ['user:read', 'chat:write'],
  expiresAt: new Date(1_771_046_347_000),
};

const fixture = testRows([
  {
    title: '22 event subscriptions',
    call: (kick) => kick.eventSubscriptions.list({ broadcasterUserId: userId(1001) }),
    asks: { method: 'GET', url: '/public/v1/events/subscriptions?broadcaster_user_id=1001' },
    answer: data([
      {
        id: '01SUB',
        app_id: '01APP',
        broadcaster_user_id: 1001,
        event: 'chat.message.sent',
        version: 1,
        method: 'webhook',
        created_at: '2026-01-02T03:04:05Z',
        updated_at: '2026-01-02T03:04:06Z',
      },
    ]),
    result: [
      {
        id: '01SUB',
        appId: '01APP',
        broadcasterUserId: 1001,
        event: 'chat.message.sent',
        version: 1,
        createdAt: new Date('2026-01-02T03:04:05Z'),
        updatedAt: new Date('2026-01-02T03:04:06Z'),
      },
    ],
  },
  {
    title: '23 new event subscriptions, of which one failed',
    call: (kick) =>
      kick.eventSubscriptions.create({
        broadcasterUserId: userId(1001),
        events: ['chat.message.sent', 'kicks.gifted'],
      }),
    asks: {
      method: 'POST',
      url: '/public/v1/events/subscriptions',
      body: {
        broadcaster_user_id: 1001,
        method: 'webhook',
        events: [
          { name: 'chat.message.sent', version: 1 },
          { name: 'kicks.gifted', version: 1 },
        ],
      },
    },
    answer: data([
      { name: 'chat.message.sent', version: 1, subscription_id: '01SUB', error: '' },
      { name: 'kicks.gifted', version: 1, subscription_id: '', error: 'limit reached' },
    ]),
    result: [
      { event: 'chat.message.sent', version: 1, id: '01SUB', error: undefined },
      { event: 'kicks.gifted', version: 1, id: undefined, error: 'limit reached' },
    ],
  },
  {
    title: '24 removed event subscriptions',
    call: (kick) => kick.eventSubscriptions.delete([eventSubscriptionId('01A'), eventSubscriptionId('01B')]),
    asks: { method: 'DELETE', url: '/public/v1/events/subscriptions?id=01A&id=01B' },
    answer: noContent,
  },
  {
    title: '25 the public key',
    call: (kick) => kick.publicKey.get(),
    asks: { method: 'GET', url: '/public/v1/public-key' },
    answer: data({ public_key: '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n' }),
    result: '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n',
  },
  {
    title: '26 the KICKs leaderboard',
    call: (kick) => kick.kicks.leaderboard({ top: 100 }),
    asks: { method: 'GET', url: '/public/v1/kicks/leaderboard?top=100' },
    answer: data({
      lifetime: [{ rank: 1, user_id: 3003, username: 'Viewer', gifted_amount: 1500 }],
      month: [],
      week: null,
    }),
    result: {
      lifetime: [{ rank: 1, userId: 3003, username: 'Viewer', giftedAmount: 1500 }],
      month: [],
      week: [],
    },
  },
  {
    title: '27 Drops claims',
    call: (kick) =>
      gather(
        kick.drops.claims({
          campaignId: 'campaign-1',
          userId: userId(3003),
          externalStatus: 'initiated',
          pageSize: 5,
        }),
      ),
    asks: {
      method: 'GET',
      url: '/public/v1/drops/claims?campaign_id=campaign-1&user_id=3003&external_status=initiated&limit=5',
    },
    answer: data({ claims: [claim], cursor: '' }),
    result: [
      {
        id: 'claim-1',
        userId: 3003,
        campaignId: 'campaign-1',
        rewardId: 'reward-1',
        externalId: undefined,
        externalStatus: 'initiated',
        createdAt: new Date('2026-06-03T03:04:05Z'),
        updatedAt: new Date('2026-06-03T03:04:05Z'),
      },
    ],
  },
  {
    title: '27 changed Drops claims',
    call: (kick) => kick.drops.updateClaims([{ id: 'claim-1', externalStatus: 'delivered' }]),
    asks: {
      method: 'PATCH',
      url: '/public/v1/drops/claims',
      body: { claims: [{ claim_id: 'claim-1', external_status: 'delivered' }] },
    },
    answer: noContent,
  },
  {
    title: '28 a token, asked about at the API',
    call: (kick) => kick.tokens.introspectV1(),
    asks: { method: 'POST', url: '/public/v1/token/introspect' },
    answer: introspection,
    result: readIntrospection,
  },
  {
    title: 'a token, asked about at the login server',
    call: (kick) => kick.tokens.introspect(),
    asks: { method: 'POST', url: '/oauth/token/introspect' },
    answer: introspection,
    result: readIntrospection,
  },
]);

describe('a call', () => {
  it('is made with the token, the public key without', async () => {
    fixture().script.answer = data([]);
    await fixture().kick.rewards.list();
    fixture().script.answer = data({ public_key: '-----BEGIN PUBLIC KEY-----' });
    await fixture().kick.publicKey.get();
    expect(fixture().requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      undefined,
    ]);
  });
});

describe('asking about a token', () => {
  it('learns nothing else of one that is not active', async () => {
    fixture().script.answer = data({
      active: false,
      client_id: null,
      token_type: null,
      scope: null,
      exp: null,
    });
    expect(await fixture().kick.tokens.introspect()).toEqual({
      isActive: false,
      clientId: undefined,
      kind: undefined,
      scopes: [],
      expiresAt: undefined,
    });
  });

  it('does not replace the one Kick refuses', async () => {
    fixture().script.answer = (response) => response.writeHead(401).end();
    await expect(fixture().kick.tokens.introspect()).rejects.toMatchObject({ code: 'kick.unauthorized' });
    expect(fixture().tokens.replacements).toBe(0);
  });
});

describe('an answer of another shape', () => {
  it('is reported with the id to name when asking Kick', async () => {
    fixture().script.answer = (response) => {
      response.setHeader('x-request-id', 'req-1');
      data({ total: 1 })(response);
    };
    await expect(fixture().kick.livestreams.stats()).rejects.toMatchObject({
      code: 'kick.unexpected_answer',
      requestId: 'req-1',
      message: expect.stringContaining('total_count'),
    });
  });

  it('is no public key', async () => {
    fixture().script.answer = data({ public_key: 'MIIB' });
    await expect(fixture().kick.publicKey.get()).rejects.toMatchObject({ code: 'kick.unexpected_answer' });
  });
});
