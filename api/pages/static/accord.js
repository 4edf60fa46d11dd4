// What a page does beyond HTML: signs in by a link, says too large before sending, shows how far a file has come, stays alive.
const form = document.getElementById("sign-in");
if (form && location.hash.startsWith("#accord_")) {
  form.elements.token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  form.requestSubmit();
}

for (const button of document.querySelectorAll("button[data-choose-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const box of button.form.querySelectorAll("input[type=checkbox]")) box.checked = true;
  });
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-largest]")) return;
  const file = input.files[0];
  const tooLarge = file && file.size > Number(input.dataset.largest);
  input.setCustomValidity(tooLarge ? `${file.name}: ${file.size} > ${input.dataset.largest} bytes` : "");
  input.reportValidity();
});

// A file is sent with its progress beside the button; without a script the browser sends the form itself.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent || ![...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  event.preventDefault();
  document.querySelector("main").setAttribute("aria-busy", "true");
  const sent = new FormData(form, event.submitter);
  const progress = form.querySelector("progress") ?? form.querySelector(".actions").appendChild(document.createElement("progress"));
  progress.setAttribute("aria-label", form.querySelector("input[type=file]").labels[0].textContent);
  const address = new URL(form.getAttribute("action"), location.href).href;
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (step) => { progress.max = step.total; progress.value = step.loaded; });
  request.addEventListener("error", () => { form.dataset.sent = "plainly"; form.requestSubmit(event.submitter); });
  request.addEventListener("load", () => {
    const fresh = new DOMParser().parseFromString(request.responseText, "text/html");
    if (request.responseURL !== address) { location.assign(request.responseURL); return; }
    document.title = fresh.title;
    document.querySelector("main").replaceWith(document.adoptNode(fresh.querySelector("main")));
    scrollTo(0, 0);
    (document.getElementById("summary") ?? document.querySelector("main")).focus();
  });
  request.open("POST", address);
  request.send(sent);
});

// A point in time by sliding, beside the field for it: from the start of the program until now.
for (const form of document.querySelectorAll("form[data-slide]")) {
  const [begun, now] = [Number(form.dataset.slide), Math.floor(Date.now() / 1000)];
  const field = form.elements.at;
  const slider = Object.assign(document.createElement("input"), { type: "range", min: begun, max: now, value: now });
  slider.setAttribute("aria-label", form.querySelector(`label[for=${field.id}]`).textContent);
  slider.addEventListener("input", () => {
    const there = new Intl.DateTimeFormat("sv-SE", { timeZone: form.dataset.zone, dateStyle: "short", timeStyle: "medium" });
    field.value = there.format(new Date(slider.valueAsNumber * 1000)).replace(" ", "T");
  });
  slider.addEventListener("change", () => form.requestSubmit());
  form.querySelector(".slider").append(slider);
}

// What can be chosen in a field may follow from what was chosen in another: the form is asked for again, as its button does
// without a script, and its other fields are exchanged. What was written, and files that were chosen, stay.
document.addEventListener("change", async (event) => {
  const choice = event.target;
  if (!choice.matches("select[data-refresh]")) return;
  const filled = new FormData(choice.form);
  for (const file of choice.form.querySelectorAll("input[type=file]")) filled.delete(file.name);
  filled.set("step", "change");
  const answer = await fetch(choice.form.action, { method: "POST", body: filled });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const before = [...choice.form.querySelectorAll(".field")];
  const last = choice.form.querySelector(".actions");
  for (const field of fresh.querySelectorAll("form.stacked .field")) {
    const id = field.querySelector("[id]").id;
    const held = before.find((one) => one.querySelector(`[id="${id}"]`));
    const stays = held && (held.contains(choice) || held.querySelector("input[type=file]"));
    if (held) before.splice(before.indexOf(held), 1);
    if (stays) last.before(held); else { held?.remove(); last.before(field); }
  }
  for (const gone of before) gone.remove();
  choice.focus();
});

const summary = document.getElementById("summary");
if (summary) summary.focus();

// Live: one stream a browser. The tab that holds the lock listens, and tells the others.
const watched = document.body.dataset.watch;
if (watched && "locks" in navigator) {
  const channel = new BroadcastChannel(`accord:${watched}`);
  channel.onmessage = () => refresh();
  navigator.locks.request(`accord:${watched}`, () => new Promise(() => {
    const stream = new EventSource(`/events?${watched}`);
    stream.addEventListener("changed", (event) => { channel.postMessage(event.data); refresh(); });
  }));
}

let asking = false;
let again = false;
async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "refresh" } });
    if (answer.redirected) { location.reload(); return; }
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } finally {
    asking = false;
    if (again) { again = false; refresh(); }
  }
}

// Sections that are marked are exchanged where they differ; whoever writes in a form, or has the focus there, is left alone.
function swap(fresh) {
  let differs = false;
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!next || next.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
    part.replaceChildren(...next.childNodes);
    differs = true;
  }
  const told = document.querySelector("[data-changed]");
  if (differs && told) told.textContent = told.dataset.changed;
}
