// This module owns the list of sites that a control offers.
import { type Report, siteTitles } from "../data.ts";
import { ALL, gridOf } from "../shape/hourly.ts";

export function siteOptions(report: Report): { value: string; label: string }[] {
  const titles = siteTitles(report);
  const sites = gridOf(report).sites.map((site) => ({ value: site, label: titles.get(site) ?? site }));
  return sites.length > 1 ? [{ value: ALL, label: "All sites" }, ...sites] : sites;
}
