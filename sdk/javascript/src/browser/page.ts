/** What a page tells of by itself. Listeners alone: nothing of the page's is replaced, and the console shows what it did. */
import { addBreadcrumb } from '../scope.js';
import { state } from '../state.js';
import type { RequestData } from '../values.js';
import type { Courier } from './courier.js';

const EXTENSION = /^(?:chrome|moz|safari|safari-web|ms-browser)-extension:/;
const MOST_STEPS = 3;
const MOST_NAME = 60;

/** An entry of the page's history has become another; not in every browser. */
type Navigation = { navigation?: EventTarget };

/** Puts in what is asked for; answers what takes it away again. */
export function watch(parts: readonly string[], courier: Courier): () => void {
  const undo: (() => void)[] = [];
  const on = (target: EventTarget | undefined, names: string, heard: (event: never) => void): void => {
    for (const name of names.split(' ')) {
      const options = { capture: true, passive: true };
      target?.addEventListener(name, heard as EventListener, options);
      undo.push(() => target?.removeEventListener(name, heard as EventListener, options));
    }
  };
  const page = typeof document === 'undefined' ? undefined : document;
  if (parts.includes('uncaught')) on(globalThis.window ?? globalThis, 'error', onError);
  if (parts.includes('rejections')) on(globalThis.window ?? globalThis, 'unhandledrejection', onRejection);
  if (parts.includes('clicks')) on(page, 'click', onClick);
  if (parts.includes('navigation')) {
    let last = pathOf();
    const moved = (): void => {
      const now = pathOf();
      if (now !== last) note(`${last} -> ${now}`, 'navigation');
      last = now;
    };
    on((globalThis as Navigation).navigation, 'currententrychange', moved);
    on(globalThis.window, 'popstate hashchange click', moved);
  }
  on(page, 'visibilitychange', () => page?.visibilityState === 'hidden' && courier.leave());
  on(globalThis.window, 'pagehide', () => courier.leave());
  on(globalThis.window, 'online', () => courier.pickUp());
  return () => undo.forEach((each) => each());
}

/** Of other origins browsers tell nothing; images that do not load are heard of here as well. */
function onError({ error, message, filename, lineno, colno, target }: ErrorEvent): void {
  if (target !== globalThis.window && target !== (globalThis as unknown)) return;
  if ((error === null || error === undefined) && (!filename || /^(?:Script error|ResizeObserver loop)/.test(message))) return;
  if (EXTENSION.test(filename)) return;
  const lines = filename && lineno ? `@${filename}:${lineno}${colno ? `:${colno}` : ''}` : undefined;
  state.client?.capture(error === undefined ? message : error, { mechanism: 'uncaught', lines });
}

function onRejection({ reason }: PromiseRejectionEvent): void {
  state.client?.capture(reason, { mechanism: 'rejection' });
}

/** Where it was clicked, by tags, ids and classes: no text, no value, no address. */
function onClick({ target }: MouseEvent): void {
  const steps: string[] = [];
  let at = target instanceof Element ? target : null;
  for (; at && at !== document.body && steps.length < MOST_STEPS; at = at.parentElement) steps.unshift(stepOf(at));
  note(steps.join(' > '), 'click');
}

function stepOf(element: Element): string {
  const [id, classes, name] = ['id', 'class', 'name'].map((each) => (element.getAttribute(each) ?? '').slice(0, MOST_NAME));
  const parts = [element.localName, id && `#${id}`, classes && `.${classes.trim().split(/\s+/).slice(0, 3).join('.')}`];
  return parts.join('') + (name ? `[name=${name}]` : '');
}

function note(message: string, category: string): void {
  try {
    if (state.client && !state.busy) addBreadcrumb(message, category, '', undefined);
  } catch {
    // The page's own objects.
  }
}

/** Without the query: it is asked for only. Of what is behind `#`, a route. */
function pathOf(): string {
  const { pathname, hash } = location;
  return pathname + (/^#!?\//.test(hash) ? hash.replace(/\?[^]*$/, '') : '');
}

/** The page, as a report has it. */
export function pageOf(): RequestData {
  const query = state.client?.options.includeQuery ? new URLSearchParams(location.search) : undefined;
  const told: RequestData = { path: pathOf() };
  if (query?.toString()) told.query = Object.fromEntries(query);
  return told;
}
