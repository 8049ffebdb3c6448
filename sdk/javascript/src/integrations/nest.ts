/** NestJS 10 and newer, on Express or Fastify: `splat.nest(app)` behind `NestFactory.create`. */
import { watchRequests } from '../node/requests.js';
import { state } from '../state.js';
import { warn } from '../warn.js';
import { answered, type Answering } from './answer.js';
import { describe, type Incoming } from './request.js';

interface Host {
  getType?(): string;
  getArgByIndex?(index: number): unknown;
}

interface Handlers {
  next(exception: unknown, host: Host, ...rest: unknown[]): unknown;
}

interface Filters {
  create(...given: unknown[]): Handlers;
}

interface Request extends Incoming {
  originalUrl?: string;
  raw?: Incoming;
  route?: { path?: unknown };
  routeOptions?: { url?: string };
  body?: unknown;
}

/** Sees the errors of controllers, middlewares, guards, pipes and interceptors, whatever filter answers them. */
export function nest<Given>(app: Given): Given {
  const filters = (app as { routesResolver?: { routerExceptionsFilter?: Filters } } | null)?.routesResolver
    ?.routerExceptionsFilter;
  if (typeof filters?.create !== 'function') {
    warn('splat.nest() takes the app that NestFactory.create() made; errors of its routes are not seen', 'nest');
    return app;
  }
  watchRequests();
  // Each route, and each middleware, is given a handler of its own by this one function.
  const maker = Object.getPrototypeOf(filters) as Filters;
  if (state.installed.has(maker)) return app;
  state.installed.add(maker);
  const { create } = maker;
  maker.create = function (...given) {
    const handler = create.apply(this, given);
    look(Object.getPrototypeOf(handler) as Handlers);
    return handler;
  };
  return app;
}

function look(handlers: Handlers): void {
  if (state.installed.has(handlers) || typeof handlers.next !== 'function') return;
  state.installed.add(handlers);
  const { next } = handlers;
  handlers.next = function (exception, host, ...rest) {
    see(exception, host);
    return next.call(this, exception, host, ...rest);
  };
}

function see(error: unknown, host: Host | undefined): void {
  const request = host?.getArgByIndex?.(0) as Request | undefined;
  const response = host?.getArgByIndex?.(1) as (Answering & { raw?: Answering }) | undefined;
  if (!request || !response || (host?.getType?.() ?? 'http') !== 'http') {
    state.client?.capture(error, { mechanism: 'nest' });
    return;
  }
  const asked = (): ReturnType<typeof describe> =>
    describe({
      method: request.method,
      target: request.originalUrl ?? request.raw?.url ?? request.url,
      route: request.routeOptions?.url ?? request.route?.path,
      headers: request.headers,
      body: () => request.body,
    });
  answered(error, 'nest', asked, response.raw ?? response);
}
