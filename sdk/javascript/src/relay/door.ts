/** Who may hand something in, and how often. */

const MINUTE = 60_000;
const AN_ADDRESS = 60;
const IN_ALL = 600;
/** A body counts as one for each so many bytes. */
const PART = 65_536;
/** Bytes of bodies that are being read at one time. */
const MOST_HELD = 8_000_000;
const NEAR = /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|169\.254\.)|^::1$|^f[cd][0-9a-f]{2}:|^fe80:/i;
const MOST_ADDRESS = 100;

/** A header's value; "" where there is none. */
export type Header = (name: string) => string;

/** Counts what comes, by the minute: no more than `IN_ALL` addresses are ever remembered. */
export class Door {
  private began = -Infinity;
  private all = 0;
  private readonly byAddress = new Map<string, number>();
  private held = 0;

  /** Whether one more may come in from there. */
  opens(address: string, now: number): boolean {
    if (now - this.began >= MINUTE) {
      this.began = now;
      this.all = 0;
      this.byAddress.clear();
    }
    return this.takes(address, 1);
  }

  /** Whether a body of this size is still within what may come from there. */
  weighs(address: string, bytes: number): boolean {
    const more = Math.ceil(bytes / PART) - 1;
    return more <= 0 || this.takes(address, more);
  }

  private takes(address: string, parts: number): boolean {
    const here = this.byAddress.get(address) ?? 0;
    if (this.all >= IN_ALL || (address && here >= AN_ADDRESS)) return false;
    this.all += parts;
    this.byAddress.set(address, here + parts);
    return true;
  }

  /** Whether there is room to read so many bytes more; `leave` gives them back. */
  holds(bytes: number): boolean {
    if (this.held + bytes > MOST_HELD) return false;
    this.held += bytes;
    return true;
  }

  leave(bytes: number): void {
    this.held -= bytes;
  }
}

/** Whether the page that asks is of this site: no other site can make a browser send these headers. */
export function isSameOrigin(header: Header): boolean {
  const origin = header('origin');
  if (!origin) return false;
  if (header('sec-fetch-site') === 'same-origin') return true; // also where a proxy changes `Host`
  const host = /^https?:\/\/([^/@\\?#]{1,300})$/i.exec(origin)?.[1];
  return host !== undefined && host.toLowerCase() === header('host').toLowerCase();
}

/**
 * Where a request came from; "" where only a proxy is known, whose address is everybody's. What a proxy on this machine
 * or network saw is the last entry of `X-Forwarded-For`: those before it are whatever the client wrote.
 */
export function addressOf(peer: unknown, header: Header): string {
  const near = typeof peer === 'string' ? peer : '';
  if (near && !NEAR.test(near)) return near.slice(0, MOST_ADDRESS);
  const told = header('x-forwarded-for');
  const last = told.slice(told.lastIndexOf(',') + 1).trim();
  return last ? last.slice(0, MOST_ADDRESS) : told || !near ? '' : near;
}
