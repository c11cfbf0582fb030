// Home: the rename dialog is one for all projects; "New project" in the switcher opens its dialog here.

for (const button of document.querySelectorAll("[data-rename]")) {
  button.addEventListener("click", () => {
    const dialog = document.getElementById(button.dataset.dialog);
    dialog.querySelector("form").action = button.dataset.rename;
    dialog.querySelector("[name=name]").value = button.dataset.name;
  });
}

function openFromAddress() {
  if (location.hash !== "#new-project") return;
  history.replaceState(null, "", location.pathname);
  document.getElementById("new-project").showModal();
}
addEventListener("hashchange", openFromAddress);
openFromAddress();
