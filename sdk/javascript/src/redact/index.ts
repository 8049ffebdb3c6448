/**
 * What is secret goes before anything leaves the process or reaches a disk (rules K and X of `sdk/SPEC.md`).
 *
 *     names.ts    what a name tells about its value                    K1-K3
 *     shapes.ts   private keys, published tokens, Bearer, URL userinfo X2-X5
 *     named.ts    values behind a name and a separator                 X6
 *     strings.ts  where such values begin and end                      X6
 *     cards.ts    card numbers                                         X9
 *     texts.ts    all steps over one text, in their order              X1, X7, X8, X11, X12
 *     report.ts   values of any shape, and a whole report              X10, X11
 */
export { Names, type Strength } from './names.js';
export { RedactionError, redactReport, redactValue } from './report.js';
export { MARK } from './shapes.js';
export { redactSource, redactText } from './texts.js';
