'use strict';
// A program whose errors have 15 frames, 10 of the app and 5 of a library, in real files. How many of them an error has
// is for Node (ten), or for an SDK that asks for more.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const BODY = `const name = 'cart';
  const prices = [1, 2, 3, depth];
  const cart = { id: depth, items: prices, owner: name };
`;

/** `require(folder/app.js).crash(n, 0)` throws in a place of its own for each n below `distinct`. */
exports.write = (folder, distinct = 60) => {
  const library = join(folder, 'node_modules', 'vendored');
  mkdirSync(library, { recursive: true });
  const lines = ["'use strict';", "const vendored = require('vendored');", ''];
  for (let depth = 0; depth < 9; depth += 1) {
    const then = depth === 3 ? 'vendored.call0' : depth === 8 ? 'LEAVES[number]' : `step${depth + 1}`;
    lines.push(`function step${depth}(number, depth) {\n  ${BODY}  return ${then}(number, cart.id + 1);\n}\n`);
  }
  for (let leaf = 0; leaf < distinct; leaf += 1) {
    lines.push(`function leaf${leaf}(number, depth) {\n  ${BODY}  throw new Error('missing ' + cart.id);\n}\n`);
  }
  const leaves = Array.from({ length: distinct }, (_, leaf) => `leaf${leaf}`);
  lines.push(`const LEAVES = [${leaves.join(', ')}];`, 'exports.crash = step0;', 'exports.step4 = step4;', '');
  writeFileSync(join(folder, 'app.js'), lines.join('\n'));
  const calls = ["'use strict';"];
  for (let depth = 0; depth < 5; depth += 1) {
    const then = depth === 4 ? "require('../../app.js').step4" : `call${depth + 1}`;
    calls.push(`function call${depth}(number, depth) {\n  ${BODY}  return ${then}(number, cart.id + 1);\n}\n`);
  }
  writeFileSync(join(library, 'index.js'), [...calls, 'exports.call0 = call0;', ''].join('\n'));
  writeFileSync(join(library, 'package.json'), '{ "name": "vendored", "version": "1.0.0" }');
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }');
};
