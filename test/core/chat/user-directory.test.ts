import { type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserDirectory } from '../../../src/core/chat/user-directory.js';
import { HttpClient } from '../../../src/core/kick/http-client.js';
import { KickApi } from '../../../src/core/kick/kick-api.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { userId } from '../../../src/core/primitives/ids.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { TestClock } from '../../../src/testing/index.js';
import { FixedRandom } from '../../support/fixed-random.js';
import { errorOf, LinesLogger } from '../plugins/host-for-tests.js';

let sandbox: Sandbox;
let http: HttpClient;
let kick: KickApi;
let clock: TestClock;
let logger: LinesLogger;
let users: UserDirectory;
let ada: { id: ReturnType<typeof userId>; username: string };

beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.world.createChannel({ owner: 'Ada_1' });
  ada = { id: userId(sandbox.world.findUser('Ada_1')?.id ?? 0), username: 'Ada_1' };
  const token = new Secret(sandbox.tokens.issueToApp(sandbox.app).access_token);
  const tokens = { accessToken: async () => token, replaceRefused: async () => token };
  http = new HttpClient({ clock: new SystemClock(), random: new FixedRandom(0), version: '1.2.3' });
  kick = new KickApi({ apiUrl: sandbox.endpoints.api, authUrl: sandbox.endpoints.auth, tokens, http });
  clock = new TestClock();
  logger = new LinesLogger();
  users = new UserDirectory({ kick, clock, logger });
});
afterEach(async () => {
  await http.close();
  await sandbox.close();
});

const requests = () => sandbox.requests.list().length;
const find = (typed: string, asker = 1) => users.find(typed, userId(asker));

describe('the directory of users', () => {
  it('asks Kick once for a name or an id, and knows whoever it found by both', async () => {
    const [first, second] = await Promise.all([find('@ada_1'), find('ADA_1')]);
    expect([first, second]).toEqual([ada, ada]);
    const asked = requests();
    expect([find('Ada_1'), find(String(ada.id))]).toEqual([ada, ada]);
    expect(requests()).toBe(asked);
    const other = new UserDirectory({ kick, clock, logger });
    expect(await other.find(String(ada.id), userId(1))).toEqual(ada);
    expect(other.find('@ada_1', userId(1))).toEqual(ada);
  });

  it('need not ask for who wrote lately, and takes their newest name', async () => {
    users.see({ id: userId(5), username: 'Eve' });
    expect([find('@eve'), find('5')]).toEqual(Array(2).fill({ id: 5, username: 'Eve' }));
    users.see({ id: userId(5), username: 'Eva' });
    expect(find('eva')).toEqual({ id: 5, username: 'Eva' });
    expect(requests()).toBe(0);
  });

  it('takes the word of whoever writes while Kick says there is no such person', async () => {
    const answer = find('Eve');
    users.see({ id: userId(5), username: 'Eve' });
    expect([await answer, find('eve')]).toEqual(Array(2).fill({ id: 5, username: 'Eve' }));
  });

  it('asks again after an hour, and after a minute for who is nobody', async () => {
    expect(await find('ada_1')).toEqual(ada);
    expect([await find('ada_2'), await find('999999')]).toEqual([undefined, undefined]);
    const asked = requests();
    expect([find('ada_2'), find('999999')]).toEqual([undefined, undefined]);
    expect(requests()).toBe(asked);
    await clock.advance('1m');
    sandbox.world.createChannel({ owner: 'ada_2' });
    expect(await find('ada_2')).toMatchObject({ username: 'ada_2' });
    await clock.advance('1h');
    const askedBefore = requests();
    expect(await find('ada_1')).toEqual(ada);
    expect(requests()).toBeGreaterThan(askedBefore);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'F 89: %s is nobody until somebody is called so',
    async (name) => {
      expect(await find(name)).toBeUndefined();
      users.see({ id: userId(6), username: name });
      expect(find(name)).toEqual({ id: 6, username: name });
    },
  );

  it('says once that Kick cannot be asked and once that it can again', async () => {
    sandbox.faults.next('* /public/*', { status: 403 }, 2);
    for (const name of ['one', 'two']) {
      expect((await errorOf(Promise.resolve(find(name)))).code).toBe('user.lookup_failed');
    }
    expect(await find('ada_1')).toEqual(ada);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('asks for no more than 60 people a minute', async () => {
    for (let id = 1001; id <= 1060; id++) await find(String(id), id % 3);
    const asked = requests();
    expect((await errorOf(Promise.resolve(find('1061')))).message).toContain('a cooldown');
    expect(requests()).toBe(asked);
    await clock.advance('1m');
    expect(await find('1061')).toBeUndefined();
  });

  it('asks for no more than 20 people a minute for one person, and nobody else notices', async () => {
    for (let id = 1001; id <= 1020; id++) await find(String(id));
    const asked = requests();
    expect((await errorOf(Promise.resolve(find('1021')))).code).toBe('user.too_many_lookups');
    expect(requests()).toBe(asked);
    expect(await find('ada_1', 2)).toEqual(ada);
    expect(find('ada_1')).toEqual(ada);
    await clock.advance('1m');
    expect(await find('1021')).toBeUndefined();
    expect(logger.lines).toEqual([]);
  });

  it('knows only who wrote where there is nobody to ask Kick with', async () => {
    users = new UserDirectory({ kick: undefined, clock, logger });
    users.see(ada);
    expect(find('ada_1')).toEqual(ada);
    expect((await errorOf(Promise.resolve(find('eve')))).message).toContain("Run 'kickbot login'");
  });
});
