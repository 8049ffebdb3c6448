/**
 * Express 4 and 5: `splat.express(app)`.
 *
 * No middleware: it would stand in the printed trace of each error, which Express sends to the client in development.
 * What an error comes by are the handlers of errors, so these are looked at, the app's own too; and one of ours at the
 * end of the app, which hands on.
 */
import { tellRoutes, watchRequests } from '../node/requests.js';
import { state } from '../state.js';
import { kindOf, warn } from '../warn.js';
import { answered, type Answering } from './answer.js';
import { describe, splitOnce, type Incoming } from './request.js';

type Next = (error?: unknown) => void;
type ErrorHandler = (error: unknown, request: Request, response: Answering, next: Next) => void;

interface Request extends Incoming {
  originalUrl?: string;
  baseUrl?: string;
  body?: unknown;
  route?: Route;
  app?: App;
}

interface Route {
  path?: unknown;
}

interface Layer {
  handle: { length: number; stack?: Layer[] };
  route?: Route;
  path?: string;
  params?: { [name: string]: unknown };
  pattern?: undefined;
  /** Answers what matched, or, before Express 5.3, keeps it in the layer. */
  match?(path: string): boolean | Match;
}

interface Match {
  path?: string;
  params?: { [name: string]: unknown };
  pattern?: unknown;
}

interface Router {
  stack: Layer[];
  use(handler: ErrorHandler): unknown;
}

interface App {
  use: unknown;
  /** Of a router. */
  stack?: Layer[];
  lazyrouter?: unknown;
  _router?: Router;
  router?: Router;
  /** Where it is mounted in others. */
  path?: unknown;
}

/** In every Node that is supported, but not in the language's version that this is compiled for. */
declare const WeakRef: new <Held extends object>(held: Held) => { deref(): Held | undefined };

const DEEPEST = 10;
/** How often routes may be added while requests are answered. */
const MOST_TIMES = 50;
const last = new WeakMap<object, { layer: Layer; times: number }>();

/** Sees the errors of `app` (or of a router alone), of routes and routers that are added later too. */
export function express<Given>(app: Given): Given {
  const given = app as unknown as App;
  if (typeof given?.use !== 'function') {
    warn('splat.express() takes the app that express() made; errors of its routes are not seen', 'express');
  } else if (!state.installed.has(given)) {
    state.installed.add(given);
    // Tests of an app make many of them.
    const held = new WeakRef(given);
    tellRoutes(knownRoute);
    watchRequests(() => {
      const alive = held.deref();
      if (alive) arm(alive);
      return alive !== undefined;
    });
  }
  return app;
}

/** Puts ours behind what the app has: when a request comes, for a router has its settings when it is made. */
function arm(app: App): void {
  const router = routerOf(app);
  if (!router?.stack || router.stack.length === 0) return;
  const known = last.get(app);
  if (known && (router.stack[router.stack.length - 1] === known.layer || known.times >= MOST_TIMES)) return;
  if (known) {
    // Requests under way count the layers: none is taken away.
    router.stack.push(known.layer);
    known.times += 1;
    return;
  }
  router.use((error, _request, _response, next) => next(error));
  const layer = router.stack[router.stack.length - 1] as Layer;
  last.set(app, { layer, times: 1 });
  look(Object.getPrototypeOf(layer) as { [name: string]: unknown });
}

function routerOf(app: App): Router | undefined {
  if (app.stack) return app as Router;
  return 'lazyrouter' in app ? app._router : app.router;
}

/** The route of a request that is being answered. */
function knownRoute(request: Request): string {
  return request.app && request.route ? routeOf(request) : '';
}

/** Sees what the layers of this copy of Express hand to handlers of errors. */
function look(layers: { [name: string]: unknown }): void {
  const name = ['handleError', 'handle_error'].find((each) => typeof layers[each] === 'function');
  if (name === undefined) {
    warn('this version of Express is not known: errors of its routes are not seen', 'express');
    return;
  }
  if (state.installed.has(layers)) return;
  state.installed.add(layers);
  const before = layers[name] as ErrorHandler;
  layers[name] = function (this: Layer, error: unknown, request: Request, response: Answering, next: Next): void {
    if (this.handle.length === 4) see(error, request, response);
    before.call(this, error, request, response, next);
  };
}

function see(error: unknown, request: Request, response: Answering): void {
  const asked = (): ReturnType<typeof describe> =>
    describe({
      method: request.method,
      target: request.originalUrl ?? request.url,
      route: routeOf(request),
      headers: request.headers,
      body: () => request.body,
    });
  answered(error, 'express', asked, response);
}

/** The template of the route: that of its own, behind what the routers and apps that led to it were mounted at. */
function routeOf(request: Request): string {
  if (request.route === undefined) return '';
  const { path } = request.route;
  const first: unknown = Array.isArray(path) ? path.find((each) => typeof each === 'string') : path;
  const own = typeof first === 'string' ? first : first instanceof RegExp ? String(first) : '';
  try {
    const whole = splitOnce(request.originalUrl ?? request.url ?? '', '?')[0];
    const above = mountOfApp(request.app);
    const below = above ? `/${whole.split('/').slice(above.split('/').length).join('/')}` : whole;
    const router = request.app && routerOf(request.app);
    const mounted = router && mountOf(router.stack, request.route, below, 0);
    return joined(mounted === undefined ? before(whole, own) : above + mounted, own);
  } catch (error) {
    warn(`the route of a request is not known: ${kindOf(error)}`, 'express route');
    return own;
  }
}

function mountOfApp(app: App | undefined): string {
  const path = typeof app?.path === 'function' ? app.path() : '';
  return typeof path === 'string' && !path.includes(',') ? path : '';
}

/** What another app was mounted at, as the request has it. */
function before(whole: string, own: string): string {
  const [parts, count] = [whole.split('/'), own.split('/').length - 1];
  return own.startsWith('/') && !/[*{?(]/.test(own) ? parts.slice(0, Math.max(1, parts.length - count)).join('/') : '';
}

function joined(mounted: string, own: string): string {
  return own === '/' && mounted ? mounted : `${mounted}${own}`;
}

/** What led to a route, with the names of parameters in the place of their values; undefined where it is not below. */
function mountOf(stack: readonly Layer[], route: Route, path: string, depth: number): string | undefined {
  for (const layer of stack) {
    if (layer.route === route) return '';
    const inner = layer.handle?.stack;
    const matched = Array.isArray(inner) && depth < DEEPEST ? layer.match?.(path) : undefined;
    if (!matched) continue;
    const { path: consumed = '', params = {}, pattern } = typeof matched === 'object' ? matched : layer;
    const rest = mountOf(inner as Layer[], route, path.slice(consumed.length) || '/', depth + 1);
    if (rest === undefined) continue;
    return (typeof pattern === 'string' ? pattern.replace(/\/$/, '') : template(consumed, params)) + rest;
  }
  return undefined;
}

function template(consumed: string, params: { [name: string]: unknown }): string {
  const names = new Map(Object.entries(params).map(([name, value]) => [String(value), name]));
  const parts = consumed.split('/').map((part) => {
    const name = part && names.get(decoded(part));
    return name ? `:${name}` : part;
  });
  return parts.join('/').replace(/\/$/, '');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
