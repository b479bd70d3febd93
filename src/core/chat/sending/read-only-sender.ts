import { MessageNotSentError, Sender, type SentMessage } from '../sender.js';

/** The sender of a bot without an account: sends nothing and says so. */
export class ReadOnlySender extends Sender {
  async send(): Promise<readonly SentMessage[]> {
    throw new MessageNotSentError('no_account');
  }
}
