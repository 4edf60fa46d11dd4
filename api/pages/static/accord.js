// What a page does beyond HTML: signs in by a link, opens tables on small screens, says too large before sending.
const narrow = matchMedia("(max-width: 47.5rem)");
const openTwins = () => { for (const twin of document.querySelectorAll("details.twin")) twin.open = narrow.matches; };
narrow.addEventListener("change", openTwins);
openTwins();

const form = document.getElementById("sign-in");
if (form && location.hash.startsWith("#accord_")) {
  form.elements.token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  form.requestSubmit();
}

for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
  input.addEventListener("change", () => {
    const file = input.files[0];
    const tooLarge = file && file.size > Number(input.dataset.largest);
    input.setCustomValidity(tooLarge ? `${file.name}: ${file.size} > ${input.dataset.largest} bytes` : "");
    input.reportValidity();
  });
}

const summary = document.getElementById("summary");
if (summary) summary.focus();
