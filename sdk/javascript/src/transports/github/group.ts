/** The items of a batch that tell of one bug, as one. */
import { counted } from '../../block.js';
import { iso } from '../../clock.js';
import type { Sighting } from '../../decide.js';
import { signatureOf, type Item, type Report } from '../../values.js';

/** Errors in one release: how many, the first and the last. */
export interface Times {
  readonly seen: number;
  readonly first: number;
  readonly last: number;
  readonly release: string;
}

/** All of one signature in a batch. */
export interface Group {
  readonly signature: string;
  /** The earliest; without one, no issue can be made. */
  readonly report: Report | null;
  /** One a release, in the order of their last times. */
  readonly times: readonly Times[];
  /** The same without the report's own. */
  readonly beside: readonly Times[];
  /** Where its items stood in the batch. */
  readonly places: readonly number[];
}

/** Both together, in the release of the first. */
export function together(one: Times, other: Times): Times {
  const [first, last] = [Math.min(one.first, other.first), Math.max(one.last, other.last)];
  return { seen: one.seen + other.seen, first, last, release: one.release };
}

/** What is decided about: the last error. */
export function sightingOf({ signature, times }: Group): Sighting {
  const { last, release } = lastOf(times);
  return { signature, at: Math.floor(last), release };
}

export function lastOf(times: readonly Times[]): Times {
  return times[times.length - 1] as Times;
}

/** D4: the body with these in its block; null when it has none that can take them. */
export function countedIn(body: string, times: readonly Times[]): string | null {
  let text: string | null = body;
  for (const { seen, first, last, release } of times) {
    text = text === null ? null : counted(text, { count: seen, first: iso(first), last: iso(last), release });
  }
  return text;
}

/** A batch by signatures, in the order in which they come up. */
export function groupsOf(batch: readonly Item[]): Group[] {
  const places = new Map<string, number[]>();
  batch.forEach((item, place) => {
    const signature = signatureOf(item);
    places.set(signature, [...(places.get(signature) ?? []), place]);
  });
  return [...places].map(([signature, where]) => groupOf(signature, batch, where));
}

function groupOf(signature: string, batch: readonly Item[], places: readonly number[]): Group {
  const items = places.map((place) => batch[place] as Item);
  const reports = items.filter((item) => 'report' in item).sort((one, other) => one.time - other.time);
  const chosen = reports[0];
  return {
    signature,
    report: chosen && 'report' in chosen ? chosen.report : null,
    times: byRelease(items),
    beside: byRelease(items.filter((item) => item !== chosen)),
    places,
  };
}

function byRelease(items: readonly Item[]): Times[] {
  const merged = new Map<string, Times>();
  for (const each of items.map(timesOf)) {
    const known = merged.get(each.release);
    merged.set(each.release, known ? together(known, each) : each);
  }
  return [...merged.values()].sort((one, other) => one.last - other.last);
}

function timesOf(item: Item): Times {
  if ('count' in item) return item.count;
  const { occurrences, release } = item.report;
  return { seen: occurrences?.count ?? 1, first: item.time, last: item.time, release: release ?? '' };
}
