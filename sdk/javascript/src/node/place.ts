/** Where the SDK's own code is. */
import { basename, dirname, sep } from 'node:path';

// A bundle of ES modules has no such name; in any bundle the code is among the app's own.
const here = typeof __dirname === 'string' ? __dirname : '';
const isWhole = basename(here) === 'node' && basename(dirname(here)) === 'cjs';

/** The folder of our compiled files, with a separator at its end; "" in a bundle. */
export const OWN = isWhole ? dirname(here) + sep : '';
