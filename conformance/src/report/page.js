"use strict";
(function () {
  const search = document.getElementById("search");
  const verdict = document.getElementById("verdict");
  const count = document.getElementById("count");
  const items = Array.from(document.querySelectorAll(".item"));
  const texts = items.map(function (item) { return item.textContent.toLowerCase(); });
  function sift() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    items.forEach(function (item, index) {
      const fits = words.every(function (word) { return texts[index].includes(word); });
      item.hidden = !fits || (verdict.value !== "" ? item.dataset.verdict !== verdict.value : false);
      shown += item.hidden ? 0 : 1;
    });
    // The counts are of the whole, and would stand before what is looked for.
    document.querySelectorAll(".counts").forEach(function (section) { section.hidden = shown !== items.length; });
    document.querySelectorAll("section:not(.counts)").forEach(function (section) {
      section.hidden = section.querySelector(".item:not([hidden])") === null;
    });
    if (5 >= shown) { open(); }
    count.textContent = shown + " of " + items.length;
  }
  function visible() { return items.filter(function (item) { return !item.hidden; }); }
  function open() { visible().forEach(function (item) { item.open = true; }); }
  // A print shows what the search left, in full where that is not everything.
  window.addEventListener("beforeprint", function () { if (60 >= visible().length) { open(); } });
  search.addEventListener("input", sift);
  verdict.addEventListener("change", sift);
  function follow() {
    const address = location.hash.slice(1);
    try { search.value = decodeURIComponent(address); } catch (malformed) { search.value = address; }
    sift();
  }
  window.addEventListener("hashchange", follow);
  follow();
}());
