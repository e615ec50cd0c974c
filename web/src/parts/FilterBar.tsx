// This module owns the bar above a long list: one choice with counts, a search field, and how many entries are left.
import type { ComponentChildren } from "preact";

interface Props {
  label: string;
  noun: string;
  all: number;
  shown: number;
  query: string;
  setQuery: (query: string) => void;
  wanted: string;
  setWanted: (value: string) => void;
  /** Choices with how many entries each has; those without any are left out. */
  options: { value: string; label: string; count: number; mark?: ComponentChildren }[];
  /** Further controls. */
  children?: ComponentChildren;
}

export function FilterBar(props: Props) {
  const { label, noun, all, shown, query, setQuery, wanted, setWanted, options, children } = props;
  const every: Props["options"] = [
    { value: "", label: "All", count: all },
    ...options.filter((option) => option.count > 0),
  ];
  return (
    <search class="filter">
      <fieldset class="switch">
        <legend>{label}</legend>
        {every.map((option) => (
          <label key={option.value} class={option.value === wanted ? "on" : ""}>
            <input
              type="radio"
              name={`filter-${noun}`}
              checked={option.value === wanted}
              value={option.value}
              onChange={() => setWanted(option.value)}
            />
            {option.mark}
            {option.label} <small>{option.count}</small>
          </label>
        ))}
      </fieldset>
      {children}
      <label class="pick">
        <span>Search</span>
        <input type="search" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </label>
      <output aria-live="polite">{shown === all ? `${all} ${noun}` : `${shown} of ${all} ${noun}`}</output>
    </search>
  );
}
