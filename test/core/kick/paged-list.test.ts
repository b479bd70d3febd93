import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { data, gather, startKick } from './kick-fixture.js';
import { answerJson } from './scripted-server.js';

let fixture: Awaited<ReturnType<typeof startKick>>;
/** Which page follows which cursor. */
const pages: Record<string, { names: string[]; next: string }> = {
  first: { names: ['one', 'two'], next: 'cursor-2' },
  'cursor-2': { names: [], next: 'cursor-3' },
  'cursor-3': { names: ['three'], next: '' },
  'cursor-round': { names: ['four'], next: 'cursor-round' },
};

beforeEach(async () => {
  fixture = await startKick();
  fixture.script.answer = (response, request) => {
    const cursor = new URL(request.url ?? '', 'http://kick').searchParams.get('cursor') ?? 'first';
    const page = pages[cursor] ?? { names: [], next: '' };
    const categories = page.names.map((name, index) => ({ id: index + 1, name }));
    data(categories, { pagination: { next_cursor: page.next } })(response);
  };
});
afterEach(() => fixture.close());

const namesOf = async (list: AsyncIterable<{ name: string }>) => (await gather(list)).map(({ name }) => name);
const urls = () => fixture.requests.map(({ url }) => url);

describe('a list in pages', () => {
  it('is gone through to the end, over an empty page', async () => {
    expect(await namesOf(fixture.kick.categories.list({ tag: 'IRL' }))).toEqual(['one', 'two', 'three']);
    expect(urls()).toEqual([
      '/public/v2/categories?tag=IRL',
      '/public/v2/categories?tag=IRL&cursor=cursor-2',
      '/public/v2/categories?tag=IRL&cursor=cursor-3',
    ]);
  });

  it('asks for no page that nobody looks at', async () => {
    for await (const { name } of fixture.kick.categories.list()) if (name === 'two') break;
    expect(urls()).toHaveLength(1);
  });

  it('is gone through page by page, and from a cursor on', async () => {
    const list = fixture.kick.categories.list({ cursor: 'cursor-2' });
    const found = await gather(list.pages());
    expect(found.map(({ nextCursor }) => nextCursor)).toEqual(['cursor-3', undefined]);
  });

  it('begins anew with every loop', async () => {
    const list = fixture.kick.categories.list();
    expect(await namesOf(list)).toEqual(await namesOf(list));
  });

  it('does not go round in circles', async () => {
    await expect(namesOf(fixture.kick.categories.list({ cursor: 'cursor-round' }))).rejects.toMatchObject({
      code: 'kick.unexpected_answer',
    });
    expect(urls()).toHaveLength(1);
  });

  it('ends with the error of the page that failed', async () => {
    const { answer } = fixture.script;
    fixture.script.answer = (response, request) =>
      request.url?.includes('cursor-3') ? answerJson(response, 403, {}) : answer(response, request);
    const seen: string[] = [];
    await expect(async () => {
      for await (const { name } of fixture.kick.categories.list()) seen.push(name);
    }).rejects.toMatchObject({ code: 'kick.forbidden' });
    expect(seen).toEqual(['one', 'two']);
  });

  it.each(['claim-9', 9])(
    'has the last claim (%j) for the cursor of Drops claims, until a page is empty',
    async (claim) => {
      const ids = { claim_id: claim, user_id: 1, campaign_id: 'c', reward_id: 'r' };
      fixture.script.answer = (response, request) =>
        data({ claims: request.url?.includes('cursor') ? [] : [ids], cursor: claim })(response);
      expect(await gather(fixture.kick.drops.claims())).toMatchObject([{ id: String(claim) }]);
      expect(urls()).toEqual(['/public/v1/drops/claims', `/public/v1/drops/claims?cursor=${claim}`]);
    },
  );
});
