// The token stands after "#", which browsers keep to themselves: it goes to the server in the form alone.

const token = location.hash.slice(1);
if (token) {
  document.getElementById("token").value = token;
  document.getElementById("code").hidden = true;
  history.replaceState(null, "", location.pathname);
}
