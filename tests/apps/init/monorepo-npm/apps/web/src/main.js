import { createApp, h } from 'vue';

const app = createApp({
  data: () => ({ basket: {} }),
  render() {
    return h('button', { onClick: () => this.basket.items.push('tea') }, 'Add tea');
  },
});
// By default Vue keeps errors of handlers to the console.
app.config.throwUnhandledErrorInProduction = true;
app.mount('#app');
