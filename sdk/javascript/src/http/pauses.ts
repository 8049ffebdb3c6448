/** T2: what is tried again, and when the server wants that. */
import { Dates } from '../originals.js';

/** What the server said last. Names of headers are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A longer wait than this is not waited for. */
export const LONGEST_WAIT = 60_000;
const LONGEST_SILENCE = 86_400_000;

/** Whether the same may be asked again. */
export function isAgain({ status, headers, body }: Answer): boolean {
  if (status === 429 || status >= 500) return true;
  if (status !== 403) return false;
  const isLimited = 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0';
  return isLimited || body.subarray(0, 2_000).includes('secondary rate limit');
}

/** How long the answer asks to wait, in milliseconds; null when it says nothing. `now` is the server's clock. */
export function askedPause(answer: Answer, now: number): number | null {
  const { status, headers } = answer;
  let time = isAgain(answer) ? retryAfter(headers['retry-after'] ?? '', now) : null;
  if (time === null && headers['x-ratelimit-remaining'] === '0') {
    const reset = number(headers['x-ratelimit-reset'] ?? '');
    time = reset === null ? null : reset * 1_000 - now;
  }
  // GitHub: where a secondary limit names no time, wait at least a minute.
  if (time === null && status === 403 && isAgain(answer)) time = LONGEST_WAIT + 1_000;
  return time === null ? null : Math.min(Math.max(time, 0), LONGEST_SILENCE);
}

function retryAfter(value: string, now: number): number | null {
  const seconds = number(value);
  if (seconds !== null) return seconds * 1_000;
  const time = Dates.parse(value) - now;
  return Number.isFinite(time) ? time : null;
}

function number(value: string): number | null {
  return /^[0-9]{1,15}$/.test(value.trim()) ? Number(value) : null;
}
