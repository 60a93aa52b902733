// The component that NiceGUI knows: it fetches the page's own modules and hands them their place.
export default {
  template: `<div class="label-app"></div>`,
  props: { module: String, options: Object },
  async mounted() {
    const { start } = await import(this.module);
    this.stop = start(this.$el, this.options);
  },
  unmounted() { this.stop?.(); },
};
