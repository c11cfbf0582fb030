// The model page: marks fields that the server refused, copies the API example, takes a dropped file.

/** Mark each field by whether the server left a sentence beside it. */
function markFields() {
  document.querySelectorAll("[data-error-of]").forEach((slot) => {
    const field = document.getElementById(slot.dataset.errorOf);
    if (slot.textContent.trim()) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  });
}

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  document.getElementById(button.dataset.say).textContent = button.dataset.copied;
}

function takeDrops(zone) {
  const input = zone.querySelector("input[type=file]");
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.dataset.over = "true";
  });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    zone.querySelector("[data-file-name]").textContent = input.files[0]?.name ?? "";
  });
}

document.body.addEventListener("htmx:afterSettle", markFields);
document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => copy(button)));
document.querySelectorAll("[data-drop]").forEach(takeDrops);
