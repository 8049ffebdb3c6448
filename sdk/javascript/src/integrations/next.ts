/** Next.js 15 and newer, from `onRequestError` of its instrumentation file: `splat.next(error, request, context)`. */
import { state } from '../state.js';
import { capture, describe } from './request.js';

/** What Next tells of the request; all of it may be missing in another version. */
export interface NextRequest {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: unknown;
}

export interface NextContext {
  readonly routerKind?: string;
  readonly routePath?: string;
  readonly routeType?: string;
  readonly renderSource?: string;
}

/** Reports an error that Next caught while it answered a request. */
export function next(error: unknown, request?: NextRequest, context?: NextContext): void {
  try {
    capture(error, 'next', () =>
      describe({
        method: request?.method,
        target: request?.path,
        route: context?.routePath,
        headers: request?.headers,
      }),
    );
  } catch {
    state.client?.capture(error, { mechanism: 'next' });
  }
}
