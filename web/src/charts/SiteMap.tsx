// This module owns the map of sites: circles on Europe, numbered or quiet, area by power, colour by the chosen layer.
import paths from "virtual:europe";
import { MAP_HEIGHT, MAP_WIDTH, place } from "./projection.ts";
import { inkOn, MAGNITUDE_GRADIENT, magnitudeCss } from "./theme.ts";

export interface Spot {
  site: string;
  title: string;
  longitude: number;
  latitude: number;
  mw: number;
  /** Value of the layer, null where there is none. */
  value: number | null;
  /** A place that is only looked at: a small circle without a number. */
  quiet?: boolean;
}

interface Props {
  spots: Spot[];
  selected: string;
  select: (site: string) => void;
  show: (value: number) => string;
  layer: string;
}

/** Diameter of the largest circle as a share of the map's width. */
const LARGEST = 0.11;
const SMALLEST = 0.05;
const SMALLEST_QUIET = 0.018;

export function SiteMap({ spots, selected, select, show, layer }: Props) {
  const most = Math.max(...spots.map((spot) => spot.mw), 0);
  const values = spots.flatMap((spot) => (spot.value === null ? [] : [spot.value]));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const numbered = spots.filter((spot) => !spot.quiet);
  const drawn = [...spots.filter((spot) => spot.quiet).sort((a, b) => b.mw - a.mw), ...numbered];
  const outside = spots.filter((spot) => !place(spot.longitude, spot.latitude));
  return (
    <div class="map">
      <div class="map-box">
        <svg viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`} aria-hidden="true">
          {paths.map((d) => (
            <path key={d} d={d} />
          ))}
        </svg>
        {drawn.map((spot) => {
          const at = place(spot.longitude, spot.latitude);
          if (!at) return null;
          const part = spot.value === null || high <= low ? 0.5 : (spot.value - low) / (high - low);
          const rank = spot.quiet ? "" : String(numbered.indexOf(spot) + 1);
          const size = Math.max(
            spot.quiet ? SMALLEST_QUIET : SMALLEST,
            LARGEST * Math.sqrt(most > 0 ? spot.mw / most : 0),
          );
          return (
            <button
              key={spot.site}
              type="button"
              class={spot.quiet ? "spot quiet" : "spot"}
              aria-pressed={spot.site === selected}
              aria-label={`${rank ? `${rank}: ` : ""}${spot.title}${spot.value === null ? "" : `, ${layer} ${show(spot.value)}`}`}
              style={{
                left: `${at.x * 100}%`,
                top: `${at.y * 100}%`,
                width: `${size * 100}cqw`,
                background: spot.value === null ? "var(--grey)" : magnitudeCss(part),
                color: inkOn(part),
              }}
              onClick={() => select(spot.site)}
              onFocus={() => select(spot.site)}
            >
              {rank}
            </button>
          );
        })}
      </div>
      {values.length > 0 && (
        <div class="scale">
          <span>{show(low)}</span>
          {high > low && <i style={{ background: MAGNITUDE_GRADIENT }} />}
          {high > low && <span>{show(high)}</span>}
          <span class="scale-name">{layer}</span>
        </div>
      )}
      {outside.length > 0 && <p class="note">Outside the map: {outside.map((spot) => spot.title).join(", ")}.</p>}
    </div>
  );
}
