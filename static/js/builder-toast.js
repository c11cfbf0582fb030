// The toast for what can be undone: stays 8 s, and longer while it is looked at.

const STAYS = 8000;

export function toast(text, action, run) {
  const holder = document.getElementById("toast");
  const box = holder.querySelector(".toast");
  const button = box.querySelector("button");
  box.querySelector("span").textContent = text;
  button.textContent = action;
  holder.hidden = false;
  let timer = null;
  const hide = () => { clearTimeout(timer); holder.hidden = true; };
  const wait = () => { clearTimeout(timer); timer = setTimeout(hide, STAYS); };
  button.onclick = () => { hide(); run(); };
  holder.onmouseenter = holder.onfocusin = () => clearTimeout(timer);
  holder.onmouseleave = holder.onfocusout = wait;
  wait();
}
