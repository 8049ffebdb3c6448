require('node:assert').ok(require('../app'));
