interface Node<T> {
  readonly item: T;
  next: Node<T> | undefined;
}

/** First in, first out, at the same cost whatever its length; an array's `shift` moves all that stay. */
export class Fifo<T> {
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What `shift` would take. */
  get first(): T | undefined {
    return this.#first?.item;
  }

  push(item: T): void {
    const node: Node<T> = { item, next: undefined };
    if (this.#last === undefined) this.#first = node;
    else this.#last.next = node;
    this.#last = node;
    this.#length++;
  }

  shift(): T | undefined {
    const node = this.#first;
    if (node === undefined) return undefined;
    this.#first = node.next;
    if (node.next === undefined) this.#last = undefined;
    this.#length--;
    return node.item;
  }
}
