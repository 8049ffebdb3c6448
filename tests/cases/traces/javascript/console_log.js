const express = (handler) => (req) => { try { handler(req); } catch (error) { console.error(error); } };
class NotFoundError extends Error { constructor(m) { super(m); this.name = 'NotFoundError'; this.status = 404; this.headers = { a: [1, 2] }; } }
const route = express(function getOrder(req) { throw new NotFoundError('order ' + req.id + ' not found'); });
route({ id: 12 });
console.log('next request');
const route2 = express(function getOrder(req) { return req.user.name; });
route2({ id: 12 });
