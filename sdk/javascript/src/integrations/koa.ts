/**
 * Koa 2 and 3: `splat.koa(app)`.
 *
 * An app's own error handler is a middleware that catches, so that each middleware is watched for what it rejects with.
 * What stands on the stack for that is taken off an error's trace again, and while it stands there V8 keeps one frame
 * more: a trace is what it were without us.
 */
import { OWN } from '../node/place.js';
import { tellRoutes, watchRequests } from '../node/requests.js';
import { get } from '../snapshot.js';
import { framesOf } from '../stack.js';
import { state } from '../state.js';
import { warn } from '../warn.js';
import { answered, type Answering } from './answer.js';
import { describe, type Incoming } from './request.js';

interface Context {
  req: Incoming;
  res: Answering;
  request?: { body?: unknown };
  originalUrl?: string;
  _matchedRoute?: unknown;
  routerPath?: unknown;
}

type Middleware = (context: Context, next: () => Promise<unknown>) => unknown;

/** Of the requests that are being answered. */
const contexts = new WeakMap<Incoming, Context>();

function routeOf(context: Context | undefined): unknown {
  return context?._matchedRoute ?? context?.routerPath;
}

function knownRoute(request: Incoming): unknown {
  return routeOf(contexts.get(request));
}

interface App {
  use: (...given: unknown[]) => unknown;
  emit: (name: string, ...given: unknown[]) => boolean;
  middleware: Middleware[];
}

/** Sees the errors of the middlewares that are added to `app` from now on. */
export function koa<Given>(app: Given): Given {
  const given = app as unknown as App;
  if (typeof given?.use !== 'function' || !Array.isArray(given.middleware)) {
    warn('splat.koa() takes the app that new Koa() made; its errors are not seen', 'koa');
  } else if (!state.installed.has(given)) {
    state.installed.add(given);
    watchRequests();
    tellRoutes(knownRoute);
    install(given);
  }
  return app;
}

function install(app: App): void {
  const { use, emit } = app;
  app.use = function (this: App, ...given) {
    const before = this.middleware.length;
    const answer = use.apply(this, given);
    for (let at = before; at < this.middleware.length; at += 1) {
      this.middleware[at] = watched(this.middleware[at] as Middleware);
    }
    return answer;
  };
  // What Koa itself finds wrong, and what an app tells of that caught it, as Koa's own guide has it.
  app.emit = function (this: App, name, ...given) {
    const [error, context] = given;
    if (name === 'error' && isContext(context)) see(error, context);
    return emit.call(this, name, ...given);
  };
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'req' in value && 'res' in value;
}

function watched(middleware: Middleware): Middleware {
  // Asynchronous like what it stands for: so the frames that V8 follows through `await` stay in a trace.
  const watching: Middleware = async (context, next) => {
    contexts.set(context.req, context);
    try {
      return await deeper(middleware, context, next);
    } catch (error) {
      see(error, context);
      throw error;
    }
  };
  // Debugging and routers read what a middleware says of itself.
  const names = Object.getOwnPropertyDescriptors(middleware);
  for (const name of ['length', 'prototype'] as const) delete (names as { [name: string]: unknown })[name];
  return Object.defineProperties(watching, names);
}

/** How many of our frames there is room for now. */
let room = 0;
const FRAMES = 2;

function deeper(middleware: Middleware, context: Context, next: () => Promise<unknown>): unknown {
  const limit = Error.stackTraceLimit;
  if (typeof limit !== 'number' || !setLimit(limit + FRAMES)) return middleware(context, next);
  room += FRAMES;
  try {
    return middleware(context, next);
  } finally {
    room -= FRAMES;
    if (Error.stackTraceLimit === limit + FRAMES) setLimit(limit);
  }
}

/** In a bundle of the app nothing tells. */
function isOurs(line: string): boolean {
  return OWN !== '' && line.includes(OWN);
}

function setLimit(limit: number): boolean {
  try {
    Error.stackTraceLimit = limit;
    return true;
  } catch {
    return false; // the app has frozen it
  }
}

function see(error: unknown, context: Context): void {
  untrace(error);
  const asked = (): ReturnType<typeof describe> =>
    describe({
      method: context.req.method,
      target: context.originalUrl ?? context.req.url,
      route: routeOf(context),
      headers: context.req.headers,
      body: () => context.request?.body,
    });
  answered(error, 'koa', asked, context.res);
}

/** Takes our lines off the stack, and what there was only room for because of them. */
function untrace(error: unknown): void {
  if (!(error instanceof Error)) return;
  const stack = get(error, 'stack');
  if (typeof stack !== 'string') return;
  const frames = framesOf(stack, String(get(error, 'message') ?? ''));
  const lines = frames.split('\n');
  let left = Error.stackTraceLimit - room;
  const kept = lines.filter((line) => {
    if (isOurs(line)) return false;
    left -= 1;
    return left >= 0;
  });
  if (kept.length === lines.length) return;
  try {
    error.stack = stack.slice(0, stack.length - frames.length) + kept.join('\n');
  } catch {
    // Frozen: it stays as it is.
  }
}
