// This module owns the map of countries in the colours of one ratio; it is beside a list or bars that say the same.
import paths, { codes } from "virtual:europe";
import { MAP_HEIGHT, MAP_WIDTH } from "./projection.ts";
import { MAGNITUDE_GRADIENT, magnitudeCss } from "./theme.ts";

interface Props {
  /** Ratio by code of the country, not negative. */
  values: Map<string, number>;
  nameOf: (code: string) => string;
  show: (value: number) => string;
  /** What the colours mean. */
  layer: string;
}

export function CountryMap({ values, nameOf, show, layer }: Props) {
  const found = [...values.values()];
  const [low, high] = [Math.min(...found), Math.max(...found)];
  const least = Math.min(...found.filter((value) => value > 0));
  // Ratios: twice as much is as far from one as half as much.
  const at = (value: number) => Math.log(Math.max(value, least));
  const part = (value: number) => (high > least ? (at(value) - at(least)) / (at(high) - at(least)) : 1 / 2);
  return (
    <div class="map">
      <div class="map-box countries">
        <svg
          viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`}
          role="img"
          aria-label={`Map of Europe: ${layer}. The bars beside it say the same.`}
        >
          {paths.map((d, index) => {
            const value = values.get(codes[index] ?? "");
            return value === undefined ? (
              <path key={d} d={d} />
            ) : (
              <path key={d} d={d} data-country={codes[index]} style={{ fill: magnitudeCss(part(value)) }}>
                <title>{`${nameOf(codes[index] ?? "")}: ${show(value)}`}</title>
              </path>
            );
          })}
        </svg>
      </div>
      {found.length > 0 && (
        <div class="scale">
          <span>{show(low)}</span>
          {high > low && <i style={{ background: MAGNITUDE_GRADIENT }} />}
          {high > low && <span>{show(high)}</span>}
          <span class="scale-name">{layer}</span>
        </div>
      )}
    </div>
  );
}
