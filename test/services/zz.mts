import { readFileSync } from "node:fs";
import { createPlannedWorld } from "./support/drift.ts";
