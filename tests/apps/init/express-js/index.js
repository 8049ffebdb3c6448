'use strict';
const express = require('express');
const { total } = require('./total');

const app = express();

app.get('/orders/:id', (request, response) => {
  response.json({ total: total(request.params.id) });
});

app.listen(process.env.PORT || 3000);
