const { EventEmitter } = require('node:events');
function boom() { const e = new EventEmitter(); e.emit('error', new Error('socket said no')); }
boom();
