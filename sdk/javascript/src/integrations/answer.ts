/**
 * An error that a framework, or the app's own error handler, is about to answer. How it is answered tells whether it is
 * one: a 404 stays a 404. So it is held until the response has ended.
 */
import type { Asked } from '../scope.js';
import { state } from '../state.js';
import { firstTime } from '../eligible.js';
import { get } from '../snapshot.js';
import { isRefusal } from './request.js';

/** The parts of `http.ServerResponse` that are read. */
export interface Answering {
  statusCode?: number;
  headersSent?: boolean;
  destroyed?: boolean;
  writableFinished?: boolean;
  once?: (event: 'close', listener: () => void) => unknown;
}

const seen = new WeakMap<object, Set<unknown>>();

/** `error` is being answered by `response`; `request` is asked now. */
export function answered(error: unknown, mechanism: string, request: Asked, response: Answering): void {
  try {
    if (!state.client || state.busy || isRefusal(error) || isKnown(error, response)) return;
    hold(error, mechanism, request(), response);
  } catch {
    state.client?.capture(error, { mechanism });
  }
}

function hold(error: unknown, mechanism: string, told: ReturnType<Asked>, response: Answering): void {
  const scope = state.storage?.getStore();
  const capture = (): void => {
    const work = (): void => void state.client?.capture(error, { mechanism, request: () => told });
    if (scope && state.storage) state.storage.run(scope, work);
    else work();
  };
  if (isGone(error, response)) {
    firstTime(error);
    return;
  }
  // What breaks while a response is under way can change its status no more.
  if (response.headersSent || response.destroyed || !response.once) {
    capture();
    return;
  }
  const decide = (): void => {
    state.held.delete(decide);
    if (isTurnedAway(response)) firstTime(error);
    else capture();
  };
  state.held.add(decide);
  response.once('close', decide);
}

/** Codes of what is read from, or written to, a connection that the client has closed. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ABORT_ERR']);

/** Whether the client went away, which is no error of the app's. */
function isGone(error: unknown, response: Answering): boolean {
  return response.destroyed === true && response.writableFinished !== true && GONE.has(String(get(error as object, 'code')));
}

/** Whether the app answered it with a redirection or as the client's mistake. */
function isTurnedAway(response: Answering): boolean {
  const { statusCode = 0 } = response;
  return response.headersSent === true && statusCode >= 300 && statusCode < 500;
}

/** An error passes several places on its way out, one that is no object as well. */
function isKnown(error: unknown, response: Answering): boolean {
  const known = seen.get(response) ?? new Set();
  if (known.has(error)) return true;
  known.add(error);
  seen.set(response, known);
  return false;
}
