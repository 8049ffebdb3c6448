class Base { render() { return eval('missingName + 1'); } }
const view = new Base();
view.show = Base.prototype.render;
Object.defineProperty(view, 'paint', { value: function draw() { return this.show(); } });
[1].forEach(() => view.paint());
