import { contrast } from "./contrast.js";

const input = document.getElementById("colour");
const output = document.getElementById("contrast");

function show() {
  document.body.style.background = input.value;
  output.textContent = `${contrast(input.value, "#ffffff").toFixed(2)} : 1 against white`;
}

input.addEventListener("input", show);
show();
