// This module owns the small controls: one of a few (radio buttons) or one of many (a list).
import { choose, setting } from "../state.ts";

interface Props {
  /** Name in the address. */
  name: string;
  label: string;
  options: { value: string; label: string }[];
}

/** Value chosen, or another, as the first option, where the address names none that exists. */
export function chosen(name: string, options: { value: string }[], otherwise = options[0]?.value ?? ""): string {
  const value = setting(name, otherwise);
  return options.some((option) => option.value === value) ? value : otherwise;
}

export function Pick({ name, label, options, otherwise }: Props & { otherwise?: string }) {
  const value = chosen(name, options, otherwise);
  return <Choices label={label} value={value} set={(next) => choose(name, next)} options={options} />;
}

interface Held {
  label: string;
  value: string;
  set: (value: string) => void;
  options: Props["options"];
}

/** A list of choices whose value is held elsewhere. */
export function Choices({ label, value, set, options }: Held) {
  return (
    <label class="pick">
      <span>{label}</span>
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
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
