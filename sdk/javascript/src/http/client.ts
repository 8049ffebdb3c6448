/** T2: a small HTTP client for one server. One request after the other; times are milliseconds. */
import { gunzip } from 'node:zlib';
import { clearTimeout, Dates, setTimeout, steady, wall } from '../originals.js';
import { VERSION } from '../version.js';
import { Broken, Door, named } from './connection.js';
import { askedPause, isAgain, LONGEST_WAIT, type Answer } from './pauses.js';
import { inNextTurn } from './wires.js';

export { type Answer } from './pauses.js';

/** For each step to a connection: TCP, a proxy's tunnel, TLS. */
const CONNECT_TIME = 5_000;
const CONNECT_STEPS = 3;
const READ_TIME = 10_000;
/** Waits before the second, third and fourth try, each times a random factor from 0.5 to 1.5. */
export const BACKOFF = [1_000, 2_000, 4_000] as const;
/** Bytes of an answer: a page of 100 issues has at most 65,536 bytes of text for each, some of them escaped. */
const MAX_ANSWER = 32 << 20;
const MAX_REDIRECTS = 3;
const LEAST_TIME = 50;

/** No usable answer now. The text says what came instead; it holds no secret. */
export class Later extends Error {
  override readonly name: string = 'Later';
}

/** The server did not answer at all. What stands in the way may be for a person to move. */
export class Unreachable extends Later {
  override readonly name = 'Unreachable';
}

export interface Request {
  /** Goes as JSON; a text as it is. */
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How often it may be sent; 4 unless given. */
  readonly tries?: number;
  /** An answer of more bytes counts as none. */
  readonly limit?: number;
}

/** The body as JSON. Throws Later when it is none: something else answered in the server's place. */
export function json(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    throw new Later(`the answer with status ${answer.status} is not JSON`);
  }
}

/** The backoff, spread so that processes that failed together do not try again together. */
export function spread(backoff: number): number {
  return backoff * (0.5 + Math.random());
}

export class Client {
  private readonly headers: Readonly<Record<string, string>>;
  private readonly server: URL;
  private door: Door | undefined;
  private notBefore = 0;
  private deadline = Infinity;
  private readonly sleeping = new Set<() => void>();
  /** By how much the server's clock is ahead of ours, from its `Date`. */
  private ahead = 0;

  /**
   * `server` is an address without a path, `https://api.github.com`; `headers` go with every request, and never to
   * another host. Throws an Error for an address or a header that cannot be used.
   */
  constructor(server: string, headers: Readonly<Record<string, string>> = {}) {
    this.server = parsed(server);
    this.headers = { 'User-Agent': `splat-sdk/${VERSION}`, 'Accept-Encoding': 'gzip', ...headers };
    if (!Object.values(this.headers).every((value) => /^[ -~]*$/.test(value))) {
      throw new Error('the token or another header has a character that no header can hold');
    }
  }

  // --- time ----------------------------------------------------------------------------------------------------------

  /** From now on nothing waits beyond `deadline`, a reading of `performance.now()`; Infinity takes that back. */
  hurry(deadline: number): void {
    this.deadline = deadline;
    if (this.hurried) for (const wake of [...this.sleeping]) wake();
  }

  /** Whether the process ends. */
  get hurried(): boolean {
    return this.deadline !== Infinity;
  }

  /** The time since the epoch on the server's clock, as far as it is known. */
  now(): number {
    return wall() + this.ahead;
  }

  /** How long may still be waited, at most `most`. */
  left(most: number): number {
    return Math.min(most, this.deadline - steady());
  }

  /** Throws Later(`why`) when the process ends before that would be over. */
  async wait(time: number, why: string): Promise<void> {
    const until = steady() + time;
    for (;;) {
      const rest = until - steady();
      if (rest <= 0) return;
      if (this.left(rest) < rest) throw new Later(`${why}; the process ends before it could be tried again`);
      await this.sleep(rest);
    }
  }

  /** Waits, but no longer once the process ends. */
  async pause(time: number): Promise<void> {
    if (!this.hurried && time > 0) await this.sleep(time);
  }

  /** Until the time is over, or the process is about to end. */
  private sleep(time: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.sleeping.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, time);
      timer.unref();
      this.sleeping.add(wake);
    });
  }

  /** For how long the server wants to hear nothing. */
  silentFor(): number {
    return Math.max(0, this.notBefore - steady());
  }

  // --- requests ------------------------------------------------------------------------------------------------------

  /** The server's answer, whatever its status, after the tries that T2 allows; throws Later when there is none. */
  async request(method: string, path: string, request: Request = {}): Promise<Answer> {
    const { tries = 1 + BACKOFF.length } = request;
    for (let number = 0; ; number += 1) {
      this.passGate();
      const found = await this.tried(method, path, request);
      if (!(found instanceof Error) && !isAgain(found)) {
        this.silence(this.askedPause(found));
        return found;
      }
      const pause = found instanceof Error ? null : this.askedPause(found);
      const why = `${this.server.hostname}${found instanceof Error ? `: ${found.message}` : ` answered with status ${found.status}`}`;
      const backoff = number < tries - 1 ? BACKOFF[number] : undefined;
      if (backoff === undefined || (pause ?? 0) > LONGEST_WAIT) {
        this.silence(pause);
        const text = pause === null ? why : `${why} and asks to wait ${Math.round(pause / 1_000)} s`;
        throw found instanceof Error ? new Unreachable(text) : new Later(text);
      }
      await this.wait(pause ?? spread(backoff), why);
    }
  }

  private passGate(): void {
    const rest = this.silentFor();
    if (rest > 0) throw new Later(`${this.server.hostname} asked for silence for ${Math.round(rest / 1_000)} s more`);
  }

  /** Send nothing before the time that the server named. */
  private silence(time: number | null): void {
    if (time !== null) this.notBefore = steady() + time;
  }

  private askedPause(answer: Answer): number | null {
    return askedPause(answer, this.now());
  }

  private async tried(method: string, path: string, request: Request): Promise<Answer | Broken> {
    let target = path;
    let answer = await this.once(method, target, request);
    for (let number = 1; number < MAX_REDIRECTS && !(answer instanceof Error); number += 1) {
      // 301 and 302 turn a POST into a GET in many a client: those are left to the caller.
      if (!(method === 'GET' ? [301, 302, 307, 308] : [307, 308]).includes(answer.status)) break;
      const onward = this.onThisHost(target, answer.headers['location'] ?? '');
      if (onward === null) break;
      target = onward;
      answer = await this.once(method, target, request);
    }
    return answer;
  }

  /** Path and query of a redirect; null when it leads to another host, which must not see the token. */
  private onThisHost(target: string, location: string): string | null {
    try {
      const url = new URL(location, this.server.origin + target);
      return location && url.origin === this.server.origin ? url.pathname + url.search : null;
    } catch {
      return null;
    }
  }

  // --- one try -------------------------------------------------------------------------------------------------------

  private async once(method: string, target: string, request: Request): Promise<Answer | Broken> {
    // What the server did to an idle connection is noticed in between.
    await new Promise((resolve) => inNextTurn(resolve));
    if (this.left(READ_TIME) <= LEAST_TIME) throw new Later('the process ends');
    try {
      this.door ??= new Door(this.server, () => Math.max(LEAST_TIME, this.left(CONNECT_TIME)));
      return await this.exchange(this.door, method, target, request);
    } catch (error) {
      this.drop();
      return new Broken(named(error));
    }
  }

  private exchange(
    door: Door,
    method: string,
    target: string,
    { data, headers, limit = MAX_ANSWER }: Request,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const body = data === undefined ? undefined : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
      const type = body ? { 'Content-Type': 'application/json', 'Content-Length': String(body.length) } : {};
      const sent = door.request(method, target, { ...this.headers, ...type, ...headers });
      const fail = (error: unknown): void => {
        stop();
        reject(error instanceof Error ? error : new Broken('the connection failed'));
        sent.destroy();
      };
      const late = (): void => fail(new Broken('no answer in time'));
      let stop = this.within(CONNECT_TIME * CONNECT_STEPS, late);
      sent.once('socket', () => {
        stop();
        stop = this.within(READ_TIME, late);
      });
      sent.on('error', fail);
      sent.once('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > limit) fail(new Broken(`the answer is longer than ${limit} bytes`));
        });
        response.on('error', fail);
        response.once('close', () => {
          stop();
          if (!response.complete) fail(new Broken('the answer ended too early'));
          else resolve(unpacked(response.statusCode ?? 0, texts(response.headers), Buffer.concat(chunks), limit));
        });
        this.learnTime(response.headers.date);
      });
      sent.end(body);
    });
  }

  /** Does `work` when the time, or what is left before the end, is over; returns what prevents that. */
  private within(time: number, work: () => void): () => void {
    let timer: ReturnType<typeof setTimeout>;
    const until = steady() + time;
    const start = (): void => {
      clearTimeout(timer);
      timer = setTimeout(work, Math.max(0, this.left(until - steady())));
      timer.unref();
    };
    this.sleeping.add(start);
    start();
    return () => {
      clearTimeout(timer);
      this.sleeping.delete(start);
    };
  }

  private learnTime(date: string | undefined): void {
    const ahead = Dates.parse(date ?? '') - wall();
    // The header has whole seconds: below that it is noise.
    if (Number.isFinite(ahead)) this.ahead = Math.abs(ahead) > 2_000 ? ahead : 0;
  }

  /** Closes the connection; the next request opens one. */
  drop(): void {
    this.door?.close();
    this.door = undefined;
  }
}

function parsed(address: string): URL {
  const url = /^https?:\/\/[^/]/.test(address) ? new URL(address) : null;
  if (!url?.hostname) throw new Error('the address must begin with https:// (or http://) and name a host');
  return url;
}

async function unpacked(status: number, headers: Answer['headers'], packed: Buffer, limit: number): Promise<Answer> {
  const isPacked = headers['content-encoding']?.trim().toLowerCase() === 'gzip' && packed.length > 0;
  if (!isPacked) return { status, headers, body: packed };
  const body = await new Promise<Buffer>((resolve, reject) => {
    gunzip(packed, { maxOutputLength: limit }, (error, made) => {
      if (error) reject(new Broken('the answer cannot be unpacked'));
      else resolve(made);
    });
  });
  return { status, headers, body };
}

/** Each header as one text; names are in lower case. */
function texts(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}
