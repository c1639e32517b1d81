class PriceTag extends HTMLElement {
  set record(record) {
    const title = document.createElement("h1");
    title.textContent = record.name;
    const price = document.createElement("strong");
    price.textContent = record.unit_price;
    const back = document.createElement("a");
    back.href = `${this.runtime.config.base}${this.entity.name}/`;
    back.dataset.back = "";
    back.textContent = "All prices";
    this.replaceChildren(back, title, price);
  }
}

customElements.define("price-tag", PriceTag);
export default "price-tag";
