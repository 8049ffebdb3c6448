class Order { constructor(lines) { this.count = lines.length; } }
const make = () => new Order(undefined);
make();
