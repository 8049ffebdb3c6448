/** Functions of `node:fs` as they were when the SDK was loaded: tests of an app put others in their place, and count calls. */
import * as fs from 'node:fs';

export const { accessSync, chmodSync, closeSync, constants, existsSync, fstatSync, fsyncSync, linkSync } = fs;
export const { lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, statSync } = fs;
export const { unlinkSync, utimesSync, writeFileSync, writeSync } = fs;
