const { each } = require('cartlib');
class Cart {
  constructor(items) { this.items = items; }
  total() { return each(this.items, (item) => this.price(item)).reduce((a, b) => a + b, 0); }
  price(item) { return item.product.price * item.quantity; }
}
function checkout(cart) { return cart.total(); }
checkout(new Cart([{ quantity: 2 }]));
