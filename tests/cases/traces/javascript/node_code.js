const { Buffer } = require('node:buffer');
function encode(value) { return Buffer.from(value); }
function start() { encode(undefined); }
start();
