/** How the servers hand a request over, and take the answer. */
import type { Answer, Asked } from './index.js';
import { clearTimeout, setTimeout } from '../originals.js';
import { addressOf } from './door.js';

/** For so long, in milliseconds, a body may take to come. */
const PATIENCE = 10_000;

// Each server has types of its own, and none of them is ours to need.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Handler = (request: any, response?: any) => any;

/** The parts of `http.IncomingMessage` that are used, with what frameworks put on it. */
interface Incoming {
  method?: string;
  headers: { [name: string]: unknown };
  socket?: { remoteAddress?: string };
  ip?: unknown;
  body?: unknown;
  readableEnded?: boolean;
  destroyed?: boolean;
  on(name: string, listener: (data?: unknown) => void): unknown;
  resume(): unknown;
}

/** Of `http.ServerResponse`. */
interface Outgoing {
  headersSent: boolean;
  writeHead(status: number, headers: object): unknown;
  end(text?: string): unknown;
}

/** A request as browsers and Next.js have them. */
interface WebRequest {
  method: string;
  headers: { get(name: string): string | null };
  body: { getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> } } | null;
}

interface Server {
  readonly request: Incoming;
  readonly response: Outgoing;
  /** What the framework has read already. */
  readonly body: unknown;
  readonly ip: unknown;
}

/** A request, and how its answer is given: by a promise where the server wants one. */
export interface Adapted {
  readonly asked: Asked;
  give(work: Promise<Answer>): unknown;
}

/** Of any of the servers. */
export function adapt(first: unknown, second: unknown): Adapted {
  return isWeb(first) ? ofWeb(first) : ofNode(ofServer(first, second));
}

// --- Node ------------------------------------------------------------------------------------------------------------

function ofNode({ request, response, body, ip }: Server): Adapted {
  const header = (name: string): string => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : '';
  };
  const asked: Asked = {
    method: request.method ?? '',
    header,
    address: addressOf(ip ?? request.socket?.remoteAddress, header),
    body: (most) => (request.readableEnded && isRead(body) ? Promise.resolve(textOf(body, most)) : read(request, most)),
  };
  return { asked, give: (work) => work.then((answer) => respond(request, response, answer)) };
}

function respond(request: Incoming, response: Outgoing, { status, text, headers }: Answer): void {
  try {
    if (response.headersSent) return;
    const length = { 'Content-Length': String(text.length) };
    response.writeHead(status, { ...headers, ...(status === 204 ? {} : length) });
    response.end(text);
    request.resume(); // what was not read would keep the connection from being used again
  } catch {
    // The page is gone.
  }
}

/** Fastify gives its own two objects, Koa one context, all others Node's. */
function ofServer(first: unknown, second: unknown): Server {
  const given = first as { raw?: Incoming; req?: Incoming; res?: Outgoing; request?: Incoming; respond?: boolean } & Incoming;
  const reply = second as { raw?: Outgoing; hijack?: () => unknown } & Outgoing;
  if (given.raw && reply.raw && typeof reply.hijack === 'function') {
    reply.hijack();
    return { request: given.raw, response: reply.raw, body: given.body, ip: given.ip };
  }
  if (typeof second === 'function' && given.req && given.res) {
    given.respond = false;
    return { request: given.req, response: given.res, body: given.request?.body, ip: given.ip };
  }
  return { request: given, response: reply, body: given.body, ip: given.ip };
}

/** A parser that was not asked may have left an empty object, and the body where it is. */
function isRead(body: unknown): boolean {
  return body !== undefined && body !== null;
}

/** A body that a framework has read: as text where it is one. */
function textOf(body: unknown, most: number): unknown {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : body;
  return typeof text === 'string' && text.length > most ? undefined : text;
}

function read(request: Incoming, most: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(''), PATIENCE);
    timer.unref();
    const parts: Uint8Array[] = [];
    let size = 0;
    const done = (text: string | undefined): void => {
      clearTimeout(timer);
      parts.length = 0;
      resolve(text);
    };
    if (request.readableEnded || request.destroyed) return done('');
    request.on('data', (data) => {
      size += (data as Uint8Array).length;
      if (size > most) done(undefined);
      else parts.push(data as Uint8Array);
    });
    request.on('end', () => done(Buffer.concat(parts).toString('utf8')));
    request.on('error', () => done(''));
    request.on('close', () => done(''));
  });
}

// --- Next.js ---------------------------------------------------------------------------------------------------------

function isWeb(given: unknown): given is WebRequest {
  return typeof (given as WebRequest | undefined)?.headers?.get === 'function' && !(given as { req?: unknown }).req;
}

function ofWeb(request: WebRequest): Adapted {
  const header = (name: string): string => request.headers.get(name) ?? '';
  const asked = { method: request.method, header, address: addressOf('', header), body: (most: number) => readWeb(request, most) };
  const { Response } = globalThis as unknown as { Response: new (text: string | null, told: object) => unknown };
  return {
    asked,
    give: (work) => work.then(({ status, text, headers }) => new Response(text || null, { status, headers })),
  };
}

async function readWeb(request: WebRequest, most: number): Promise<string | undefined> {
  const reader = request.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value?.length ?? 0;
    if (size > most) {
      void reader.cancel().catch(() => undefined);
      return undefined;
    }
    if (value) parts.push(value);
  }
  return Buffer.concat(parts).toString('utf8');
}
