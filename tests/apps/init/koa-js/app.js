const Koa = require('koa');

const app = (module.exports = new Koa());

app.use(async (context) => {
  context.body = context.query.page.toUpperCase();
});

if (require.main === module) app.listen(process.env.PORT || 3000);
