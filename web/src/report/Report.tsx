// This module owns the page of a report: head, tabs, and one section for each screen; paper shows all of them in a row.
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Report as Data } from "../data.ts";
import { Access } from "../screens/Access.tsx";
import { Claims } from "../screens/Claims.tsx";
import { Energy } from "../screens/Energy.tsx";
import { Machine } from "../screens/Machine.tsx";
import { Money } from "../screens/Money.tsx";
import { Operation } from "../screens/Operation.tsx";
import { Overview } from "../screens/Overview.tsx";
import { Siting } from "../screens/Siting.tsx";
import { Licences, Sources } from "../screens/Sources.tsx";
import { Training } from "../screens/Training.tsx";
import { route, type Scheme, scheme } from "../state.ts";

interface Screen {
  tab: string;
  name: string;
  /** The screen is there where the page has one of these tables. */
  needs: string[];
  Body: ComponentType<{ report: Data }>;
}

const SCREENS: Screen[] = [
  { tab: "overview", name: "Overview", needs: ["sites"], Body: Overview },
  { tab: "machine", name: "Machine", needs: ["phases"], Body: Machine },
  { tab: "training", name: "Training", needs: ["training"], Body: Training },
  { tab: "operation", name: "Operation", needs: ["classes"], Body: Operation },
  { tab: "access", name: "Access", needs: ["modes", "groups"], Body: Access },
  { tab: "energy", name: "Energy and carbon", needs: ["hourly"], Body: Energy },
  { tab: "siting", name: "Siting", needs: ["candidates"], Body: Siting },
  { tab: "money", name: "Money", needs: ["cash"], Body: Money },
  { tab: "claims", name: "Claims", needs: ["claims"], Body: Claims },
  { tab: "sources", name: "Sources", needs: ["sources"], Body: Sources },
];

/** Screens whose tables the page has. */
export const screensOf = (report: Data): Screen[] =>
  SCREENS.filter(({ needs }) => needs.some((table) => table in report.tables));

export function Report({ report }: { report: Data }) {
  const wanted = route.value.tab;
  const screens = screensOf(report);
  const tab = (screens.find((screen) => screen.tab === wanted) ?? screens[0])?.tab ?? "";
  useFreshTop(tab);
  return (
    <>
      <a class="skip" href={`#${tab}`} onClick={() => document.getElementById(`title-${tab}`)?.focus()}>
        Skip to the content
      </a>
      <header class="head">
        <div class="brand">
          <p>
            <b>Gortyn</b> report
          </p>
          <SchemePick />
        </div>
        <h1>{report.scenario.title}</h1>
        <p class="stamp">
          {report.scenario.programme.name} · scenario <code>{report.scenario.name}</code> · version{" "}
          {report.manifest.gortyn}
        </p>
      </header>
      <nav class="tabs" aria-label="Screens" hidden={screens.length < 2}>
        {screens.map((screen) => (
          <a key={screen.tab} href={`#${screen.tab}`} aria-current={screen.tab === tab ? "page" : undefined}>
            {screen.name}
          </a>
        ))}
      </nav>
      <main>
        {screens.map(({ tab: own, name, Body }) => (
          <section
            key={own}
            class="screen"
            id={`screen-${own}`}
            data-open={own === tab}
            aria-labelledby={`title-${own}`}
          >
            <h2 id={`title-${own}`} tabIndex={-1}>
              {name}
            </h2>
            <Body report={report} />
          </section>
        ))}
      </main>
      {!("sources" in report.tables) && <Licences />}
      <footer class="foot">
        <p>
          Made by Gortyn {report.manifest.gortyn}, an open-source planner, simulator and fact-checker of AI
          gigafactories. Everything shown is computed from the scenario and{" "}
          {"sources" in report.tables ? "the sources that the last tab lists" : "the catalogue of this version"}.
        </p>
      </footer>
    </>
  );
}

/** A new tab starts at its top, with the focus on its title for those who hear the page. */
function useFreshTop(tab: string): void {
  const before = useRef(tab);
  useEffect(() => {
    if (before.current === tab) return;
    before.current = tab;
    if (route.value.place) return; // the screen goes to what is meant
    document.getElementById(`title-${tab}`)?.focus({ preventScroll: true });
    const nav = document.querySelector(".tabs");
    if (nav && nav.getBoundingClientRect().top < 0) nav.scrollIntoView();
  }, [tab]);
}

const SCHEMES: { value: Scheme; label: string }[] = [
  { value: "auto", label: "Auto" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

function SchemePick() {
  return (
    <fieldset class="switch small">
      <legend>Colours</legend>
      {SCHEMES.map(({ value, label }) => (
        <label key={value} class={scheme.value === value ? "on" : ""}>
          <input
            type="radio"
            name="scheme"
            value={value}
            checked={scheme.value === value}
            onChange={() => {
              scheme.value = value;
            }}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
