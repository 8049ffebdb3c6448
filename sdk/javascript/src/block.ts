/** D2 to D4: what the SDK reads and writes of an issue that is there: its marker, and the block that counts. */
import { byteLength, compare, offset, utf8 } from './codepoints.js';
import { oneLine } from './text.js';

export const MAX_COUNT = 999_999_999_999_999;
/** GitHub takes no longer body, in bytes of UTF-8 to be safe. */
const MAX_BODY = 65_536;
const MOST_RELEASES = 20;
/** Code points. */
const FURTHEST_END = 1_000;

const MARKER = /<!-- splat:1 signature=([0-9a-f]{16}) -->/g;
const SEEN =
  /<!-- splat:seen count=([0-9]{1,15}) first=([0-9TZ:.-]{20,30}) last=([0-9TZ:.-]{20,30}) releases=([0-9A-Za-z._+%,]*) -->/;
const END = '<!-- splat:end -->';
const DUPLICATE = /<!-- splat:duplicate of=([1-9][0-9]{0,14}) -->/;
const UNESCAPED = /[0-9A-Za-z._+]/;

/** What a block says. Times as R1 writes them, releases encoded as D3 says, oldest first. */
export interface Block {
  readonly seen: number;
  readonly first: string;
  readonly last: string;
  readonly releases: readonly string[];
  /** Number of the issue this one was closed for (D8). */
  readonly duplicateOf: number | null;
  /** Where the block stands in the body, in code units. */
  readonly start: number;
  readonly end: number;
}

/** What is added to a block. Times as R1 writes them; `release` is not encoded, "" where there is none. */
export interface Sighted {
  readonly count: number;
  readonly first: string;
  readonly last: string;
  readonly release: string;
}

/** D2: the signature that a body is marked with; null without one, or with two that differ. */
export function markerOf(body: string): string | null {
  const signatures = new Set(Array.from(body.matchAll(MARKER), (match) => match[1] as string));
  return signatures.size === 1 ? ([...signatures][0] as string) : null;
}

/** The line that marks an issue with its signature. */
export function marker(signature: string): string {
  return `<!-- splat:1 signature=${signature} -->`;
}

/** D3: a release as a block lists it; "" for none. */
export function encoded(release: string): string {
  const bytes = Array.from(utf8(oneLine(release, 1_000)).subarray(0, 60));
  return bytes.map(percentEncoded).join('').slice(0, 60);
}

function percentEncoded(byte: number): string {
  const char = String.fromCharCode(byte);
  return UNESCAPED.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** D3: the block. `releases` are encoded. */
export function block(count: number, first: string, last: string, releases: readonly string[]): string {
  const often = count === 1 ? 'once' : `**${count} times**`;
  const wide = releases.length > 1 ? `, in ${releases.length} releases` : '';
  return (
    `<!-- splat:seen count=${count} first=${first} last=${last} releases=${releases.join(',')} -->\n` +
    `Seen ${often}, first ${shown(first)}, last ${shown(last)}${wide}.\n${END}`
  );
}

function shown(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}

/** What the block of a body says; null when it has none that is whole. */
export function blockOf(body: string): Block | null {
  const head = SEEN.exec(body);
  if (!head) return null;
  const behind = head.index + head[0].length;
  const inside = body.slice(behind, offset(body, FURTHEST_END, behind) + END.length);
  const length = inside.indexOf(END);
  if (length < 0) return null;
  const duplicate = DUPLICATE.exec(inside.slice(0, length));
  const [, seen, first, last, releases] = head as unknown as [string, string, string, string, string];
  return {
    seen: Number(seen),
    first,
    last,
    releases: releases.split(',').filter((each) => each !== ''),
    duplicateOf: duplicate ? Number(duplicate[1]) : null,
    start: head.index,
    end: behind + length + END.length,
  };
}

/**
 * D4: the body with what was seen added to its block; null when it has none, or would be too long. Nothing around the
 * block changes.
 */
export function counted(body: string, add: Sighted): string | null {
  const was = blockOf(body);
  if (!was) return null;
  const name = encoded(add.release);
  const releases = name && !was.releases.includes(name) ? [...was.releases, name] : was.releases;
  const first = compare(add.first, was.first) < 0 ? add.first : was.first;
  const last = compare(add.last, was.last) > 0 ? add.last : was.last;
  return replaced(
    body,
    was,
    block(Math.min(was.seen + add.count, MAX_COUNT), first, last, releases.slice(-MOST_RELEASES)),
  );
}

/** D8: the body with `of` named in its block as the issue that stays; null as with `counted`. */
export function asDuplicate(body: string, of: number): string | null {
  const was = blockOf(body);
  if (!was) return null;
  const [head, ...rest] = block(was.seen, was.first, was.last, was.releases).split('\n');
  return replaced(body, was, [head, `<!-- splat:duplicate of=${of} -->`, ...rest].join('\n'));
}

function replaced(body: string, was: Block, now: string): string | null {
  const made = body.slice(0, was.start) + now + body.slice(was.end);
  return byteLength(made) < MAX_BODY ? made : null;
}
