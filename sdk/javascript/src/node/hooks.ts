/** What Node tells of by itself: uncaught errors, rejections, and on newer versions what is written to the console. */
import { channel } from 'node:diagnostics_channel';
import { addRecord } from '../scope.js';
import { state } from '../state.js';
import { textOf } from '../plain.js';

const REJECTION = 'unhandledRejection';

/** Puts in what the options ask for; answers what takes it away again. */
export function watch(integrations: readonly string[]): () => void {
  const undo: (() => void)[] = [];
  if (integrations.includes('uncaught')) undo.push(watchUncaught());
  if (integrations.includes('rejections')) undo.push(watchRejections());
  if (integrations.includes('console')) undo.push(watchConsole());
  return () => undo.forEach((each) => each());
}

function capture(error: unknown, mechanism: string): void {
  state.client?.capture(error, { mechanism });
}

/** The monitor changes neither what is printed nor the exit code. Rejections that nobody handles pass it as well. */
function watchUncaught(): () => void {
  const monitor = (error: unknown, origin: string): void => {
    capture(error, origin === REJECTION ? 'rejection' : 'uncaught');
  };
  process.on('uncaughtExceptionMonitor', monitor);
  return () => void process.removeListener('uncaughtExceptionMonitor', monitor);
}

/**
 * Rejections that the app has a listener for never become uncaught. Ours stands before the app's, and only beside one:
 * alone it would keep Node from ending the process.
 */
function watchRejections(): () => void {
  const onRejection = (reason: unknown): void => capture(reason, 'rejection');
  const others = (): number => process.listeners(REJECTION).filter((each) => each !== onRejection).length;
  const isIn = (): boolean => process.listeners(REJECTION).includes(onRejection);
  const added = (name: string | symbol, listener: unknown): void => {
    if (name === REJECTION && listener !== onRejection && !isIn()) process.prependListener(REJECTION, onRejection);
  };
  const removed = (name: string | symbol): void => {
    if (name === REJECTION && others() === 0) process.removeListener(REJECTION, onRejection);
  };
  if (others() > 0 || isOnlyWarned()) process.prependListener(REJECTION, onRejection);
  process.on('newListener', added);
  process.on('removeListener', removed);
  return () => {
    process.removeListener('newListener', added);
    process.removeListener('removeListener', removed);
    process.removeListener(REJECTION, onRejection);
  };
}

/** Whether Node was told to let a rejection pass, with or without a warning: a listener changes nothing then. */
function isOnlyWarned(): boolean {
  const told = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/[ \t]+/)].join(' ');
  return /(?:^| )--unhandled-rejections[= ](?:warn|none)(?: |$)/.test(told);
}

/** Node 22.15 and newer tell of each call on a channel; the functions of `console` stay what they are. */
function watchConsole(): () => void {
  const undo = (['log', 'info', 'warn', 'error'] as const).map((name) => {
    const calls = channel(`console.${name}`);
    const level = name === 'log' ? 'info' : name;
    const note = (message: unknown): void => {
      if (state.client && !state.busy && Array.isArray(message)) addRecord(level, 'console', message.map(textOf).join(' '));
    };
    calls.subscribe(note);
    return () => void calls.unsubscribe(note);
  });
  return () => undo.forEach((each) => each());
}
