/** Fastify 4 and 5: `splat.fastify(app)`. */
import { watchRequests } from '../node/requests.js';
import { state } from '../state.js';
import { warn } from '../warn.js';
import { answered, type Answering } from './answer.js';
import { describe, type Incoming } from './request.js';

interface Request extends Incoming {
  raw?: Incoming;
  originalUrl?: string;
  routeOptions?: { url?: string };
  routerPath?: string;
  body?: unknown;
}

interface Reply {
  raw: Answering;
  statusCode?: number;
}

type Handler = (this: unknown, error: unknown, request: Request, reply: Reply) => unknown;
type OnError = (request: Request, reply: Reply, error: unknown, done: () => void) => void;

interface App {
  addHook(name: 'onError', hook: OnError): unknown;
  addHook(name: 'onRoute', hook: (route: { errorHandler?: Handler }) => void): unknown;
  setErrorHandler: (this: unknown, handler: Handler, ...rest: unknown[]) => unknown;
}

/** Sees the errors of `app` and of its plugins, those that an error handler of the app's own answers too. */
export function fastify<Given>(app: Given): Given {
  const given = app as unknown as App;
  if (typeof given?.addHook !== 'function' || typeof given.setErrorHandler !== 'function') {
    warn('splat.fastify() takes the app that fastify() made; errors of its routes are not seen', 'fastify');
  } else if (!state.installed.has(given)) {
    state.installed.add(given);
    watchRequests();
    install(given);
  }
  return app;
}

function install(app: App): void {
  // Only errors that no handler of the app's own answers come by this hook.
  app.addHook('onError', (request, reply, error, done) => {
    see(error, request, reply);
    done();
  });
  app.addHook('onRoute', (route) => {
    if (typeof route.errorHandler === 'function') route.errorHandler = watched(route.errorHandler);
  });
  const before = app.setErrorHandler;
  // Plugins inherit it from the app.
  app.setErrorHandler = function (handler, ...rest) {
    return before.call(this, typeof handler === 'function' ? watched(handler) : handler, ...rest);
  };
}

function watched(handler: Handler): Handler {
  return function (error, request, reply) {
    see(error, request, reply);
    return handler.call(this, error, request, reply);
  };
}

function see(error: unknown, request: Request, reply: Reply): void {
  const { statusCode = 0 } = reply;
  if (statusCode >= 400 && statusCode < 500) return;
  const asked = (): ReturnType<typeof describe> =>
    describe({
      method: request.method,
      target: request.originalUrl ?? request.raw?.url ?? request.url,
      route: request.routeOptions ? request.routeOptions.url : request.routerPath,
      headers: request.headers,
      body: () => request.body,
    });
  answered(error, 'fastify', asked, reply.raw);
}
