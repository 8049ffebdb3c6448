/** Functions called as AWS Lambda calls them: `exports.handler = splat.lambda(handler)`. */
import { carry } from '../node/requests.js';
import { within } from '../scope.js';
import { state } from '../state.js';
import { describe } from './request.js';

const FLUSH = 2; // seconds at most
const KEEP = 0.2; // seconds of the remaining time that are left to the runtime

type Fields = { [name: string]: unknown };
type Callback = (error?: unknown, answer?: unknown) => void;
// Lambda's own types are not ours to need: what a handler takes and gives stays as it was.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Handler = (...given: any[]) => unknown;

/**
 * `handler`, with its errors reported and delivered before it returns, within the time that remains: the runtime
 * freezes the process between two calls.
 */
export function lambda<Given extends Handler>(handler: Given): Given {
  const work = (given: unknown[]): unknown => {
    const [event, context] = given;
    carry();
    return within(
      () => ofEvent(event, context),
      () => (handler.length > 2 ? byCallback(handler, given) : byPromise(handler, given)),
    );
  };
  // Lambda looks at how many arguments a handler takes.
  const reported =
    handler.length > 2
      ? (event: unknown, context: unknown, callback: unknown) => work([event, context, callback])
      : (event: unknown, context: unknown) => work([event, context]);
  return reported as Given;
}

async function byPromise(handler: Handler, given: unknown[]): Promise<unknown> {
  try {
    return await handler(...given);
  } catch (error) {
    state.client?.capture(error, { mechanism: 'aws_lambda' });
    throw error;
  } finally {
    await flush(given[1]);
  }
}

function byCallback(handler: Handler, given: unknown[]): unknown {
  const [event, context, callback] = given;
  const answered: Callback = (error, answer) => {
    if (error) state.client?.capture(error, { mechanism: 'aws_lambda' });
    void flush(context).then(() => (callback as Callback)(error, answer));
  };
  try {
    return handler(event, context, answered);
  } catch (error) {
    state.client?.capture(error, { mechanism: 'aws_lambda' });
    throw error; // it ends the process, which delivers
  }
}

async function flush(context: unknown): Promise<void> {
  let left = FLUSH;
  try {
    left = (context as { getRemainingTimeInMillis(): number }).getRemainingTimeInMillis() / 1_000 - KEEP;
  } catch {
    // It is called by something else.
  }
  if (left > 0) await state.client?.flush(Math.min(left, FLUSH));
}

/** The request in an event of API Gateway (both versions), a function URL or a load balancer; else the function. */
function ofEvent(event: unknown, context: unknown): ReturnType<typeof describe> {
  const told = fields(event);
  const http = fields(fields(told.requestContext).http);
  const method = told.httpMethod ?? http.method;
  if (typeof method !== 'string') {
    return { method: 'INVOKE', route: String(fields(context).functionName ?? '') };
  }
  const headers = Object.fromEntries(Object.entries(fields(told.headers)).map(([name, value]) => [name.toLowerCase(), value]));
  const path = String(told.rawPath ?? told.path ?? http.path ?? '');
  const query = queryOf(told);
  return describe({
    method,
    target: query ? `${path}?${query}` : path,
    route: told.resource ?? String(told.routeKey ?? '').replace(/^[^ ]{0,100} ?/, ''),
    headers,
    body: () => (told.isBase64Encoded ? undefined : told.body),
  });
}

function queryOf(event: Fields): string {
  if (typeof event.rawQueryString === 'string') return event.rawQueryString;
  const pairs = Object.entries(fields(event.queryStringParameters)).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams(Object.fromEntries(pairs) as { [name: string]: string }).toString();
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
