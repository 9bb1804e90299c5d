import "./style/base.css";
import "./style/rows.css";
import "./style/run.css";
import "./style/output.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { arrive } from "./sign-in/session.ts";

// Before anything is drawn, since the address holds the issuer's answer and not yet where the reader was.
void arrive();

const root = document.getElementById("root");
if (root !== null) render(<App />, root);
