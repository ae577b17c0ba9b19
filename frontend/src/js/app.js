import { startCascaders } from "./cascader.js";
import { startClocks } from "./clock.js";
import { startConditions } from "./conditions.js";
import { startDates } from "./dates.js";
import { startDirty } from "./dirty.js";
import { startDrawer } from "./drawer.js";
import { startDropdowns } from "./dropdown.js";
import { enhance, enhanceWithin } from "./enhance.js";
import { startFilters } from "./filters.js";
import { htmx, startHtmx } from "./htmx-setup.js";
import { startQuestions } from "./question.js";
import { startRefused } from "./refused.js";
import { startSearch } from "./search.js";
import { startSelects } from "./select.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import { startSmall } from "./small.js";
import { startSuggestions } from "./suggest.js";
import { startTables } from "./table.js";
import { showServerMessages } from "./toast.js";
import { guardWatermark } from "./watermark.js";

// Questions listen first: nothing may go out before it was answered.
startQuestions();
startConditions(enhance);
startCascaders(enhance);
startSelects(enhance);
startSuggestions(enhance);
startDates(enhance);
startSmall(enhance);
startClocks(enhance);
startDropdowns(enhance);
// The column menu is filled before the dropdown counts its entries.
startTables(enhance);
startFilters(enhance);
startDirty(enhance);
startSession(enhance);
startDrawer();
// After the drawer, which puts the focus into its first field.
startRefused();
startShell();
startSearch();
document.addEventListener("content:added", (event) => htmx.process(event.detail));
startHtmx();
enhanceWithin(document.body);
showServerMessages();
guardWatermark();
document.documentElement.dataset.ready = "1";
