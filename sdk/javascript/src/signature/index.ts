/**
 * One short name for one bug: 16 hexadecimal digits, the same here as the engine computes from the printed trace.
 * The rule numbers (S…) are those of `sdk/SPEC.md`.
 */
export { foldMessage } from './messages.js';
export { canonicalText, functionName, signature } from './functions.js';
export { below, rootRelative, segments } from './paths.js';
export { field, typeName } from './text.js';
