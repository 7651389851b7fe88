// The filter of the questions. Without it the page reads the same.
(() => {
  const form = document.querySelector(".filter");
  const all = [...document.querySelectorAll(".question")];
  window.addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
  if (!form || all.length < 2) return;
  const texts = all.map((one) => one.textContent.toLowerCase());
  const show = () => {
    const kind = form.elements.kind.value;
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    all.forEach((one, place) => {
      const fits = (!kind || one.dataset.kind === kind)
        && words.every((word) => texts[place].includes(word));
      one.hidden = !fits;
      shown += fits;
    });
    form.querySelector("output").textContent = `${shown} of ${all.length} questions`;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
