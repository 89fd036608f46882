import { render } from "preact";
import { App } from "./app.jsx";
import "./style.css";

render(App({ title: import.meta.env.VITE_TITLE }), document.getElementById("app"));
