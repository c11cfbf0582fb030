// Upload forms: drag and drop, progress in MB, refusal before a byte is sent. Without it, plain forms.

const bytes = new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: 1 });

export function size(count) {
  if (count < 1000) return `${count} bytes`;
  for (const [unit, one] of [["kB", 1e3], ["MB", 1e6]]) {
    if (count < one * 1000) return `${bytes.format(count / one)} ${unit}`;
  }
  return `${bytes.format(count / 1e9)} GB`;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

class Upload {
  constructor(form) {
    this.form = form;
    this.text = form.dataset;
    this.drop = form.querySelector("label.drop");
    this.input = form.querySelector("input[type=file]");
    this.panel = form.querySelector("[data-uploading]");
    this.bar = this.panel.querySelector("progress");
    this.sent = this.panel.querySelector("[data-sent]");
    this.problem = form.querySelector("[data-problem]");
    this.input.addEventListener("change", () => this.begin(this.input.files[0]));
    this.panel.querySelector("[data-cancel]").addEventListener("click", () => this.request.abort());
    for (const kind of ["dragenter", "dragover"]) this.drop.addEventListener(kind, (event) => this.over(event));
    for (const kind of ["dragleave", "drop"]) this.drop.addEventListener(kind, () => this.drop.classList.remove("over"));
    this.drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.begin(event.dataTransfer.files[0]);
    });
  }

  over(event) {
    event.preventDefault();
    this.drop.classList.add("over");
  }

  begin(file) {
    if (!file) return;
    const about = { name: file.name, size: size(file.size) };
    if (!file.size) return this.refuse(fill(this.text.textEmpty, about));
    if (file.size > Number(this.text.limit)) return this.refuse(fill(this.text.textLarge, about));
    this.problem.textContent = "";
    this.send(file);
  }

  send(file) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    body.append("file", file);
    const request = (this.request = new XMLHttpRequest());
    request.open("POST", this.form.action);
    request.setRequestHeader("Accept", "application/json");
    // Before any answer is acted on: leaving for the dataset's page needs no warning.
    for (const kind of ["load", "error", "abort"]) {
      request.addEventListener(kind, () => removeEventListener("beforeunload", warn));
    }
    request.upload.addEventListener("progress", (event) => this.progress(event.loaded, event.total));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.refuse(this.text.textLost));
    request.addEventListener("abort", () => this.idle());
    addEventListener("beforeunload", warn);
    this.panel.querySelector("[data-name]").textContent = file.name;
    this.progress(0, file.size);
    this.drop.hidden = true;
    this.panel.hidden = false;
    this.panel.querySelector("[data-cancel]").focus();
    request.send(body);
  }

  progress(loaded, total) {
    this.bar.value = total ? loaded / total : 0;
    this.sent.textContent =
      loaded < total ? fill(this.text.textSent, { sent: size(loaded), total: size(total) }) : this.text.textKept;
  }

  answered(request) {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      return this.refuse(this.text.textFailed); // a proxy's page, not ours
    }
    if (request.status === 201) return location.assign(answer.url);
    this.refuse([answer.detail, answer.hint].filter(Boolean).join(" ") || this.text.textFailed);
  }

  refuse(sentence) {
    this.idle();
    this.problem.textContent = sentence;
  }

  idle() {
    this.input.value = "";
    this.panel.hidden = true;
    this.drop.hidden = false;
    this.input.focus();
  }
}

function warn(event) {
  event.preventDefault();
}

for (const form of document.querySelectorAll("form[data-upload]")) new Upload(form);

// A file dropped beside the zone must not open in place of the page.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => {
    if (document.querySelector("form[data-upload]")) event.preventDefault();
  });
}
