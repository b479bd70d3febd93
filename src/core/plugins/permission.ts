import { type RoleNeeded, roles } from '../events/role.js';
import type { CommandContext } from './contexts.js';

/** Decides by itself who may use a command. What it throws, or takes longer than 5 s for, is a no. */
export type Guard = (context: CommandContext<never>) => boolean | Promise<boolean>;

/** A guard that is made like a plugin, with what its constructor asks for, once for each command it guards. */
export type GuardClass = new (...parameters: never[]) => { allows: Guard };

/** Who may use a command: a role and those above it, or whoever a guard lets. */
export type Allowed = RoleNeeded | Guard | GuardClass;

/** Any of them will do. */
export interface Permission {
  readonly roles: readonly RoleNeeded[];
  readonly guards: readonly (Guard | GuardClass)[];
}

/** What `allow` says. Throws a `RangeError` when it says nothing that kickbot knows. */
export function permissionOf(allow: Allowed | readonly Allowed[] = 'everyone'): Permission {
  const all = listOf('allow', allow);
  return { roles: rolesNeeded('allow', all.filter(isNoGuard)), guards: all.filter(isGuard) };
}

/** The roles an option names. Throws a `RangeError` for anything else. */
export function rolesNeeded(option: 'allow' | 'skip', wanted: readonly RoleNeeded[]): readonly RoleNeeded[] {
  for (const role of wanted) {
    if (roles.some((known) => known === role) || hasMonths(role)) continue;
    throw new RangeError(
      `${option} knows the roles ${roles.join(', ')} and { subscriber: { months } }, not ${JSON.stringify(role)}`,
    );
  }
  return wanted;
}

/** A class is told by its prototype, which alone cannot be replaced: its `allows` may be a field. */
export function isGuardClass(guard: Guard | GuardClass): guard is GuardClass {
  return Object.getOwnPropertyDescriptor(guard, 'prototype')?.writable === false;
}

/** One or several, as a list. Throws a `RangeError` for an empty one. */
export function listOf<Item>(option: 'allow' | 'skip', given: Item | readonly Item[]): readonly Item[] {
  const list = Array.isArray(given) ? (given as readonly Item[]) : [given as Item];
  if (list.length === 0) throw new RangeError(`${option} is an empty list: name a role, or leave it out`);
  return list;
}

function isGuard(allowed: Allowed): allowed is Guard | GuardClass {
  return typeof allowed === 'function';
}

function isNoGuard(allowed: Allowed): allowed is RoleNeeded {
  return typeof allowed !== 'function';
}

/** Plugins run without a type checker. */
function hasMonths(role: unknown): boolean {
  if (typeof role !== 'object' || role === null || !('subscriber' in role)) return false;
  const { subscriber } = role;
  if (typeof subscriber !== 'object' || subscriber === null || !('months' in subscriber)) return false;
  return Number.isInteger(subscriber.months) && Number(subscriber.months) >= 1;
}
