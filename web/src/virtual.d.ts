declare module "virtual:europe" {
  /** SVG paths of the countries, in a box of MAP_WIDTH by MAP_HEIGHT. */
  const paths: string[];
  export default paths;
}

declare module "topojson-client" {
  export function feature(topology: unknown, object: unknown): unknown;
}
