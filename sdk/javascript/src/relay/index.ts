/**
 * Browsers hold no token: this server takes their reports, and sends them as it sends its own.
 *
 *     app.use('/splat', splat.relay());
 *
 * A page may send anything. What it sends is never answered back, and what is no report of a browser is not kept.
 */
import { steady } from '../originals.js';
import { state } from '../state.js';
import { kindOf, warn } from '../warn.js';
import { adapt, type Handler } from './adapters.js';
import { Door, isSameOrigin } from './door.js';
import { Intake } from './intake.js';

export const MOST_BYTES = 1_000_000;

/** What `relay` takes. */
export interface RelayOptions {
  /** Other origins whose pages may send here, as `https://shop.example`. */
  origins?: readonly string[];
}

/** What is asked of the relay, whoever the server is. */
export interface Asked {
  readonly method: string;
  header(name: string): string;
  /** "" where it is not known. */
  readonly address: string;
  /** The body's text, or what the framework made of it; undefined when it is larger than `most` bytes. */
  body(most: number): Promise<unknown>;
}

/** What it answers. */
export interface Answer {
  readonly status: 204 | 400 | 403 | 405 | 413 | 429;
  readonly text: string;
  readonly headers: { readonly [name: string]: string };
}

const TEXTS = {
  204: '',
  400: 'no reports in JSON\n',
  403: 'not from this origin\n',
  405: 'only POST\n',
  413: 'too large\n',
  429: 'too many\n',
};
const PLAIN = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };

/**
 * A handler that takes the reports of browsers into this process. For Express, Nest, Connect and plain Node
 * (`(request, response)`), as a Fastify or Koa route's handler, and as `POST` of a Next.js route.
 */
export function relay(options: RelayOptions = {}): Handler {
  const listed = listOf(options);
  const [door, intake] = [new Door(), new Intake()];
  return (first: unknown, second?: unknown): never => {
    const { asked, give } = adapt(first, second);
    return give(answered(asked, listed, door, intake)) as never;
  };
}

async function answered(told: Asked, listed: readonly string[], door: Door, intake: Intake): Promise<Answer> {
  const other = listed.find((each) => each === told.header('origin'));
  const cors = other === undefined ? {} : allowed(other);
  const answer = (status: Answer['status'], more = {}): Answer => ({
    status,
    text: TEXTS[status],
    headers: { ...(status === 204 ? {} : PLAIN), ...cors, ...more },
  });
  try {
    if (told.method === 'OPTIONS' && other !== undefined) return answer(204);
    if (told.method !== 'POST') return answer(405, { Allow: 'POST' });
    if (other === undefined && !isSameOrigin((name) => told.header(name))) return answer(403);
    if (!door.opens(told.address, steady())) return answer(429, { 'Retry-After': '60' });
    if (!/^application\/json[ \t]*(?:;|$)/i.test(told.header('content-type'))) return answer(400);
    const declared = Number(told.header('content-length') || MOST_BYTES);
    if (!(declared <= MOST_BYTES)) return answer(413);
    if (!door.holds(declared)) return answer(429, { 'Retry-After': '60' });
    try {
      const body = await told.body(MOST_BYTES);
      if (body === undefined) return answer(413);
      const size = typeof body === 'string' ? body.length : declared;
      if (!door.weighs(told.address, size)) return answer(429, { 'Retry-After': '60' });
      return answer(take(body, intake) ? 204 : 400);
    } finally {
      door.leave(declared);
    }
  } catch (error) {
    warn(`a browser's reports could not be taken: ${kindOf(error)}`, 'relay');
    return answer(400);
  }
}

function take(body: unknown, intake: Intake): boolean {
  const { client } = state;
  let batch = body;
  if (typeof body === 'string') {
    try {
      batch = JSON.parse(body);
    } catch {
      return false;
    }
  }
  if (client) return intake.take(batch, client);
  if (!state.started) warn('the relay drops what browsers send: init() was not called in this process', 'relay');
  return true;
}

function allowed(origin: string): { [name: string]: string } {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'Content-Type',
    'Access-Control-Max-Age': '86400',
    Vary: 'Origin',
  };
}

function listOf(options: RelayOptions): string[] {
  const given: unknown = (options as RelayOptions | null)?.origins ?? [];
  const found = (Array.isArray(given) ? given : [given]) as unknown[];
  return found.flatMap((each) => {
    try {
      const { origin } = new URL(String(each));
      if (origin !== 'null') return [origin];
    } catch {
      // Said below.
    }
    warn('relay(): `origins` lists origins, as in https://shop.example; one that is none is passed over', 'origins');
    return [];
  });
}
