import "./style/base.css";
import "./style/rows.css";
import "./style/run.css";
import "./style/output.css";
import { render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("root");
if (root !== null) render(<App />, root);
