declare module "virtual:europe" {
  /** SVG paths of the countries, in a box of MAP_WIDTH by MAP_HEIGHT. */
  const paths: string[];
  export default paths;
  /** Code of each of these countries (ISO 3166-1 alpha-2), "" of those outside Europe. */
  export const codes: string[];
}

declare module "topojson-client" {
  export function feature(topology: unknown, object: unknown): unknown;
}
