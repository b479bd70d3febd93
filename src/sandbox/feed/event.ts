import type { WorldEvent } from '../world/world-event.js';

/** The event of one type, for the functions that write its frames. */
export type Event<Type extends WorldEvent['type']> = WorldEvent & { readonly type: Type };
