/**
 * One short name for one bug: 16 hexadecimal digits, the same here as the engine computes from the printed trace.
 * The rule numbers (S…) are those of `sdk/SPEC.md`.
 */
export { canonicalText, signature } from './canonical.js';
export { foldMessage } from './messages.js';
export { functionName } from './functions.js';
export { below, rootRelative, segments } from './paths.js';
export { field, typeName } from './text.js';
