const express = require('express');
const { shout } = require('@acme/text');

const app = express();
app.get('/', (request, response) => response.send(shout(request.query.word)));
app.listen(3000);
