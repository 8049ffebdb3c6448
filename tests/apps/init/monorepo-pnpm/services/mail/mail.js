const Koa = require("koa");

new Koa().use((context) => { context.body = "sent"; }).listen(2);
