/**
 * Clocks and timers as they were when the SDK was loaded: tests of an app put others in their place, which stand still
 * or tell another time.
 */
const { performance: clock } = globalThis;

/** For what is no reading of the clock. */
export const { Date: Dates } = globalThis;

/** Milliseconds since the epoch. */
export const wall: () => number = Dates.now.bind(Dates);

/** Milliseconds on a clock that never goes back: `performance.now()`. */
export const steady: () => number = clock.now.bind(clock);

/** In Node and in browsers they give different things, which only `clearTimeout` and `clearInterval` are to understand. */
type Set = (work: () => void, time: number) => { unref(): unknown };
type Clear = (timer: unknown) => void;

export const setTimeout = globalThis.setTimeout as unknown as Set;
export const clearTimeout = globalThis.clearTimeout as unknown as Clear;
export const setInterval = globalThis.setInterval as unknown as Set;
export const clearInterval = globalThis.clearInterval as unknown as Clear;
