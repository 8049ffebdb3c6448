export class Parcel {
  constructor(order) {
    this.order = order;
  }

  weight() {
    return this.order.lines.reduce((grams, line) => grams + line.grams * line.count, 0);
  }

  label() {
    const { to } = this.order;
    return `${to.name.toUpperCase()}, ${to.city}`;
  }
}

export async function quote(load, id) {
  const parcel = new Parcel(await load(id));
  return { label: parcel.label(), cents: 400 + Math.ceil(parcel.weight() / 1000) * 150 };
}
