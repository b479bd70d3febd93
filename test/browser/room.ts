import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Channel, type Sandbox, startSandbox, type User } from 'kickbot/sandbox';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const output = fileURLToPath(new URL('./output/', import.meta.url));

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A real sandbox with one channel, and browsers on its chat page. */
export class Room {
  /** What the pages complained of: console errors (a blocked script among them) and exceptions. */
  readonly complaints: string[] = [];
  readonly #pages: Page[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    readonly channel: Channel,
    readonly bot: User,
    readonly browser: Browser,
  ) {}

  static async open(browser: Browser): Promise<Room> {
    const sandbox = await startSandbox();
    const { world } = sandbox;
    const channel = world.createChannel({ owner: 'StreamerSue', title: 'Speedruns and good company' });
    const bot = world.createUser({ username: 'kickbot', bot: true });
    world.setRoles({ channel, user: bot, moderator: true });
    return new Room(sandbox, channel, bot, browser);
  }

  /** A page of its own, as in another browser, that is connected to the feed. */
  async visit(options: BrowserContextOptions & { as?: string; role?: string } = {}): Promise<Page> {
    const { as, role, ...context } = options;
    const page = await (await this.browser.newContext(context)).newPage();
    page.setDefaultTimeout(10_000);
    this.#pages.push(page);
    page.on('console', (line) => line.type() === 'error' && this.complaints.push(line.text()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    await page.goto(this.sandbox.chatPageUrl(this.channel.slug));
    await page.getByRole('status').getByText('Connected').waitFor();
    if (as) await page.getByLabel('Name').fill(as);
    if (role) await page.getByLabel('Chat as').selectOption(role);
    return page;
  }

  /** A bot as simple as can be: answers `!ping`, rolls dice, and removes what is shouted. */
  letTheBotAnswer(): void {
    const { world } = this.sandbox;
    const { channel, bot } = this;
    world.on((event) => {
      if (event.type !== 'message' || event.message.sender === bot) return;
      const { id, content, sender } = event.message;
      const answer = (text: string) =>
        setImmediate(() => world.say({ channel, user: bot, content: text, replyTo: id, via: 'api' }));
      if (content === '!ping') answer('Pong!');
      if (content.startsWith('!roll')) answer(`${sender.username} rolled 17`);
      if (/^[A-Z ]{15,}$/.test(content)) {
        setImmediate(() => world.deleteMessage({ channel, messageId: id, by: bot }));
      }
    });
  }

  async keepPicture(page: Page, name: string): Promise<void> {
    mkdirSync(output, { recursive: true });
    await page.screenshot({ path: `${output}${name}.png` });
  }

  async close(): Promise<void> {
    for (const page of this.#pages) await page.context().close();
    await this.sandbox.close();
  }
}

/** Writes a line on the page and sends it. */
export async function write(page: Page, content: string): Promise<void> {
  await page.getByLabel('Message').fill(content);
  await page.keyboard.press('Enter');
}

/** The row of the message that contains `text`. */
export function row(page: Page, text: string) {
  return page.locator('.row.message').filter({ has: page.locator('.text', { hasText: text }) });
}

/** A notice among the messages. */
export function notice(page: Page, text: string) {
  return page.locator('.row.notice').filter({ hasText: text });
}
