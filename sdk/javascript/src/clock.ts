/** R1: times as an SDK writes them. Milliseconds since the epoch on this side. */

// An app's tests may put another in its place.
const { Date: Dates } = globalThis;
const FORM = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
/** The end of the year 9999. */
const LAST = 253_402_300_799_999;

/** `2026-11-21T07:00:00.123Z`. RangeError for what is no time. */
export function iso(time: number): string {
  return new Dates(Math.min(LAST, Math.max(0, Math.floor(time)))).toISOString();
}

/** The same as digits alone, which order as the times do: `20261121070000123`. */
export function digits(time: number): string {
  return iso(time).replace(/[^0-9]/g, '');
}

/** What `iso` wrote. RangeError for another form. */
export function milliseconds(text: string): number {
  const time = FORM.test(text) ? Dates.parse(text) : NaN;
  if (!Number.isFinite(time)) throw new RangeError('no time of the form 2026-11-21T07:00:00.123Z');
  return time;
}
