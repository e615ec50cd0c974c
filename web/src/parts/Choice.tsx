// This module owns the small controls: one of a few (radio buttons) or one of many (a list).
import { choose, setting } from "../state.ts";

interface Props {
  /** Name in the address. */
  name: string;
  label: string;
  options: { value: string; label: string }[];
}

/** Value chosen, or the first option where the address names none that exists. */
export function chosen(name: string, options: { value: string }[]): string {
  const first = options[0]?.value ?? "";
  const value = setting(name, first);
  return options.some((option) => option.value === value) ? value : first;
}

export function Pick({ name, label, options }: Props) {
  const value = chosen(name, options);
  return (
    <label class="pick">
      <span>{label}</span>
      <select value={value} onChange={(event) => choose(name, event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Switch({ name, label, options }: Props) {
  const value = chosen(name, options);
  return (
    <fieldset class="switch">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} class={option.value === value ? "on" : ""}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => choose(name, option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
