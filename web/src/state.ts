// This module owns what the reader has chosen: the tab and its settings, held in the address, and the colour theme.
import { computed, effect, signal } from "@preact/signals";

export interface Route {
  tab: string;
  /** One thing on the screen that is meant, as a claim. */
  place?: string;
  settings: Record<string, string>;
}

/** `#energy?site=sines` as tab and settings, `#claims/S51` as tab and place. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const [tab = "", place = ""] = path.split("/");
  const settings = Object.fromEntries(new URLSearchParams(query));
  return place ? { tab, place, settings } : { tab, settings };
}

export function routeHash({ tab, place, settings }: Route): string {
  const query = new URLSearchParams(Object.entries(settings).filter(([, value]) => value !== "")).toString();
  return `#${tab}${place ? `/${place}` : ""}${query ? `?${query}` : ""}`;
}

export const route = signal<Route>({ tab: "", settings: {} });

export function setting(name: string, otherwise: string): string {
  return route.value.settings[name] ?? otherwise;
}

/** Keep a choice in the address without a new entry in the history. */
export const choose = (name: string, value: string): void => chooseAll({ [name]: value });

/** Keep several choices at once; an empty one leaves the address, and so does the place that was meant. */
export function chooseAll(values: Record<string, string>): void {
  const { tab, settings } = route.value;
  const next = { tab, settings: { ...settings, ...values } };
  route.value = next;
  location.replace(routeHash(next));
}

export type Scheme = "auto" | "light" | "dark";
const SCHEME_KEY = "gortyn-scheme";

export const scheme = signal<Scheme>("auto");
const systemDark = signal(false);
export const dark = computed(() => scheme.value === "dark" || (scheme.value === "auto" && systemDark.value));

/** Follow the address, the system's colour scheme and the reader's stored choice. */
export function startState(firstTab: string): void {
  const follow = () => {
    const found = parseRoute(location.hash);
    const next = found.tab ? found : { ...found, tab: firstTab };
    if (routeHash(next) !== routeHash(route.value)) route.value = next; // a choice made here has set it already
  };
  follow();
  addEventListener("hashchange", follow);
  const query = matchMedia("(prefers-color-scheme: dark)");
  systemDark.value = query.matches;
  query.addEventListener("change", (event) => {
    systemDark.value = event.matches;
  });
  scheme.value = storedScheme();
  effect(() => {
    document.documentElement.dataset.scheme = dark.value ? "dark" : "light";
    storeScheme(scheme.value);
  });
}

function storedScheme(): Scheme {
  try {
    const found = localStorage.getItem(SCHEME_KEY);
    return found === "light" || found === "dark" ? found : "auto";
  } catch {
    return "auto"; // a browser may refuse storage to local files
  }
}

function storeScheme(value: Scheme): void {
  try {
    if (value === "auto") localStorage.removeItem(SCHEME_KEY);
    else localStorage.setItem(SCHEME_KEY, value);
  } catch {
    // the choice then lasts until the page is closed
  }
}
