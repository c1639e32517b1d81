const styles = new CSSStyleSheet();
styles.replaceSync(`
  :host { display: block; padding: 1rem; }
  li { display: flex; justify-content: space-between; padding-block: 0.75rem; }
`);

export default class PriceBoard extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #view;

  connectedCallback() {
    this.#root.adoptedStyleSheets = [styles];
    this.#root.innerHTML = `<h1>Prices</h1><input type="search" aria-label="Search"><ul></ul>`;
    this.#search.addEventListener("input", () => this.#tell("hv-view", { search: this.#search.value }));
    this.runtime.addEventListener("datachange", this.#changed);
    this.#show();
  }

  disconnectedCallback() {
    this.runtime.removeEventListener("datachange", this.#changed);
  }

  /** What is searched for is in the address, so that it outlives a reload. */
  set view(view) {
    this.#view = view;
    if (this.isConnected) this.#show();
  }

  get view() {
    return this.#view;
  }

  async #show() {
    const { search } = this.#view;
    this.#search.value = search;
    const rows = await this.runtime.entities[this.entity.name].list({ search, orderBy: "unit_price", limit: 100 });
    if (search === this.#view.search) this.#root.querySelector("ul").replaceChildren(...rows.map((row) => this.#line(row)));
  }

  #line(row) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${this.runtime.config.base}${this.entity.name}/${encodeURIComponent(row[this.entity.key])}/`;
    link.textContent = row.name;
    line.append(link, row.unit_price ?? "–");
    return line;
  }

  #changed = ({ detail }) => {
    if (detail.entities.includes(this.entity.name)) this.#show();
  };

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  get #search() {
    return this.#root.querySelector("input");
  }
}
