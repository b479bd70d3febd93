import { Clock, injectable, Plugin, type ServiceClass } from 'kickbot';
import { describe, expectTypeOf, it } from 'vitest';

@injectable()
class Service {
  constructor(readonly clock: Clock) {}
}

describe('what a plugin exports and requires', () => {
  it('are classes and names', () => {
    Plugin({ name: 'right', exports: [Service], requires: ['points'] });
    expectTypeOf(Service).toExtend<ServiceClass>();
  });

  it('are nothing else', () => {
    // @ts-expect-error: no class
    Plugin({ name: 'wrong', exports: ['points'] });
    // @ts-expect-error: Clock is abstract, so nobody could make one
    Plugin({ name: 'wrong', exports: [Clock] });
    // @ts-expect-error: no name
    Plugin({ name: 'wrong', requires: [Service] });
  });
});
