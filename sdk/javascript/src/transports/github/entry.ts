/** Issues as GitHub writes them. */
import { blockOf, markerOf } from '../../block.js';
import type { Listed } from '../../decide.js';
import { has, isMapping, own } from '../../mapping.js';
import { Dates } from '../../originals.js';

const TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?/;

/** An issue of GitHub's answer; null for a pull request, and for what is no issue. */
export function listed(entry: unknown): Listed | null {
  if (!isMapping(entry) || has(entry, 'pull_request')) return null;
  const number = own(entry, 'number');
  const updatedAt = milliseconds(own(entry, 'updated_at'));
  if (!isNumber(number) || updatedAt === null) return null;
  const [user, reason] = [own(entry, 'user'), own(entry, 'state_reason')];
  const author = isMapping(user) ? own(user, 'id') : null;
  const body = bodyOf(entry);
  const block = blockOf(body);
  return {
    number,
    author: isNumber(author) ? author : 0,
    signature: markerOf(body),
    open: own(entry, 'state') === 'open',
    updatedAt,
    reason: typeof reason === 'string' ? reason : null,
    closedAt: milliseconds(own(entry, 'closed_at')),
    releases: block?.releases ?? [],
    labels: names(own(entry, 'labels')),
    duplicateOf: block?.duplicateOf ?? null,
  };
}

/** The text of an issue; empty where it has none. */
export function bodyOf(entry: unknown): string {
  const body = isMapping(entry) ? own(entry, 'body') : null;
  return typeof body === 'string' ? body : '';
}

/** When an issue was created; 0 when that is not told. */
export function createdAt(entry: unknown): number {
  return (isMapping(entry) ? milliseconds(own(entry, 'created_at')) : null) ?? 0;
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function names(labels: unknown): string[] {
  if (!Array.isArray(labels)) return [];
  const each = (labels as unknown[]).map((label) => (isMapping(label) ? own(label, 'name') : label));
  return each.filter((name): name is string => typeof name === 'string');
}

function milliseconds(text: unknown): number | null {
  const match = typeof text === 'string' ? TIME.exec(text) : null;
  const time = match ? Dates.parse(`${match[1]}${(match[2] ?? '').slice(0, 4)}Z`) : NaN;
  return Number.isFinite(time) ? time : null;
}
