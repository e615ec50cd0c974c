// This module owns the map projection: Lambert azimuthal equal-area with the centre of EPSG:3035, as Eurostat draws Europe.
import { type GeoProjection, geoAzimuthalEqualArea } from "d3-geo";

export const MAP_WIDTH = 1000;
export const MAP_HEIGHT = 1020;

/** Room for the circle of a site at the very edge. */
const MARGIN = 45;

/** Corners that the map shows: from Iceland and Portugal to Cyprus and the North Cape. */
const FRAME = {
  type: "MultiPoint" as const,
  coordinates: [
    [-24, 63.3],
    [-10.5, 36],
    [-5, 35],
    [33.5, 34.4],
    [32, 70.2],
    [25, 71.3],
  ],
};

export function europe(): GeoProjection {
  return geoAzimuthalEqualArea()
    .rotate([-10, -52])
    .clipAngle(60)
    .clipExtent([
      [0, 0],
      [MAP_WIDTH, MAP_HEIGHT],
    ])
    .fitExtent(
      [
        [MARGIN, MARGIN],
        [MAP_WIDTH - MARGIN, MAP_HEIGHT - MARGIN],
      ],
      FRAME,
    );
}

/** Place of a site on the map as shares of its width and height, or null outside the frame. */
export function place(longitudeDeg: number, latitudeDeg: number): { x: number; y: number } | null {
  const point = europe()([longitudeDeg, latitudeDeg]);
  if (!point) return null;
  const [x, y] = [point[0] / MAP_WIDTH, point[1] / MAP_HEIGHT];
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null;
}
