import { Command, On, Plugin } from 'kickbot';

/** A plugin that tells `handled` the number of each message, and answers `!echo 17` with 17. */
export function echoPlugin(handled) {
  class Echo {
    echo(_context, { number }) {
      handled(number);
      return String(number);
    }

    hear({ content }) {
      if (content.startsWith('#')) handled(Number.parseInt(content.slice(1), 10));
    }
  }
  const describe = (method) => Object.getOwnPropertyDescriptor(Echo.prototype, method);
  Command('echo <number:int>')(Echo.prototype, 'echo', describe('echo'));
  On('chat.message.sent')(Echo.prototype, 'hear', describe('hear'));
  Plugin({ name: 'echo' })(Echo);
  return Echo;
}
