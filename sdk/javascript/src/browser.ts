/**
 * Each bug in production becomes exactly one GitHub issue: the part that runs in a page.
 *
 *     import * as splat from '@splat-heal/sdk';
 *     splat.init({ url: '/splat' }); // where your server has splat.relay()
 *
 * From then on uncaught errors and unhandled rejections of the page are captured. No function throws.
 */
import type { BrowserOptions } from './browser/options.js';
import { start, stop } from './browser/start.js';
import { warn, why } from './warn.js';

export { addBreadcrumb, captureException, captureMessage, flush, setContext, setTag } from './api.js';
export type { BrowserOptions as InitOptions } from './browser/options.js';
export type { Entry, Exception, Frame, Report, RequestData } from './values.js';
export { VERSION } from './version.js';

/** Start capturing. Called again, it replaces what was before. What cannot be used warns once. */
export function init(options?: BrowserOptions): void {
  try {
    start(options);
  } catch (error) {
    warn(`not started: ${why(error)}`, 'init');
  }
}

/** Stop capturing, and deliver what can be in so many seconds; the next page delivers the rest. */
export async function close(seconds = 2): Promise<void> {
  try {
    await stop(seconds);
  } catch (error) {
    warn(`close failed: ${why(error)}`, 'close');
  }
}
