/**
 * Each bug in production becomes exactly one GitHub issue.
 *
 *     const splat = require('@splat-heal/sdk');
 *     splat.init({ repo: 'owner/name' }); // the token is in SPLAT_TOKEN
 *
 * From then on uncaught errors and unhandled rejections are captured. Frameworks: one line each. No function throws.
 */
import type { InitOptions } from './options.js';
import { start, stop } from './node/start.js';
import * as scope from './scope.js';
import { state } from './state.js';
import { warn, why } from './warn.js';

export { addBreadcrumb, captureException, captureMessage, flush, setContext, setTag } from './api.js';
export { express } from './integrations/express.js';
export { fastify } from './integrations/fastify.js';
export { koa } from './integrations/koa.js';
export { lambda } from './integrations/lambda.js';
export { nest } from './integrations/nest.js';
export { next } from './integrations/next.js';
export { relay, type RelayOptions } from './relay/index.js';
export type { InitOptions } from './options.js';
export type { Count, Entry, Exception, Frame, Item, Outcome, Report, RequestData, Transport } from './values.js';
export { VERSION } from './version.js';

/**
 * Start capturing. Called again, it replaces what was before. What cannot be used warns once.
 *
 * An option that is not given is looked up in `"splat"` of the nearest package.json at or above `root`, then in the
 * variable `SPLAT_<NAME>` (`SPLAT_API_URL`), and has its default else.
 */
export function init(options?: InitOptions): void {
  try {
    state.started = true;
    start(options);
  } catch (error) {
    warn(`not started: ${why(error)}`, 'init');
  }
}

/**
 * Stop capturing, and deliver what can be in so many seconds; the next process delivers the rest. Tags, contexts and
 * breadcrumbs of the process are forgotten.
 */
export async function close(seconds = 2): Promise<void> {
  try {
    const stopped = stop(seconds);
    scope.forget();
    await stopped;
  } catch (error) {
    warn(`close failed: ${why(error)}`, 'close');
  }
}
