import { element } from './dom.js';
import { badges, username } from './message.js';

const SHOWN = 40;
const ORDER = ['broadcaster', 'moderator', 'bot', 'vip', 'founder', 'og', 'subscriber'];

/** Who wrote lately, the ones with a role first. */
export class People {
  #list;
  #count;
  #seen = new Map();

  constructor(list, count) {
    this.#list = list;
    this.#count = count;
  }

  saw(sender) {
    const known = this.#seen.get(sender.username);
    const badgesNow = JSON.stringify(sender.identity.badges);
    this.#seen.delete(sender.username);
    this.#seen.set(sender.username, sender);
    if (this.#seen.size > SHOWN) this.#seen.delete(this.#seen.keys().next().value);
    if (!known || JSON.stringify(known.identity.badges) !== badgesNow) this.#show();
  }

  #show() {
    const people = [...this.#seen.values()].sort(
      (left, right) => rank(left) - rank(right) || left.username.localeCompare(right.username),
    );
    this.#count.textContent = String(people.length);
    this.#list.replaceChildren(
      ...people.map((sender) =>
        element(
          'li',
          {},
          username(sender),
          element('span', { className: 'badges' }, ...badges(sender.identity.badges)),
        ),
      ),
    );
  }
}

function rank({ identity }) {
  const ranks = identity.badges.map(({ type }) => ORDER.indexOf(type)).filter((index) => index >= 0);
  return Math.min(ORDER.length, ...ranks);
}
