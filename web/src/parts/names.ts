// This module owns how names of the data are printed.

const WORDS: Record<string, string> = {
  sme: "SMEs",
  "start-up": "Start-ups",
  research: "Research",
  public: "Public bodies",
  industry: "Industry",
  anchor: "Anchor tenants",
  union: "Union",
  state: "Member states",
  "development-bank": "Development bank",
  private: "Private",
  grant: "Grant",
  "capacity-purchase": "Capacity purchase",
  "senior-debt": "Senior debt",
  mezzanine: "Mezzanine",
  "first-loss": "First loss",
  "preferred-equity": "Preferred equity",
  equity: "Equity",
  guarantee: "Guarantee",
  "lock-up": "Lock-up",
  rest: "The rest, to equity",
  "chip-hours": "Chip-hours",
};

const INITIALS = /\b(eib|eu|ai|sme|hpc|moe|npv|irr|dscr|llcr|plcr|moic|wal|\d+[bt])\b/gi;

/** A short name as words: `national-grants` as National grants. */
export function named(slug: string): string {
  const known = WORDS[slug];
  if (known) return known;
  if (!/^[a-z0-9]+([- ][a-z0-9]+)*$/.test(slug)) return slug;
  const words = slug
    .replaceAll("-", " ")
    .replace("start up", "start-up")
    .replace(INITIALS, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const ORDER = ["start-up", "sme", "research", "public", "industry", "anchor"];

/** Colour index of a class of tenants, the same in every chart. */
export function classIndex(tenantClass: string): number {
  const index = ORDER.indexOf(tenantClass);
  return index < 0 ? ORDER.length : index;
}

/** Colour of a class of tenants as CSS. */
export const classColour = (tenantClass: string): string => `var(--series-${classIndex(tenantClass)})`;

const regions = new Intl.DisplayNames(["en"], { type: "region" });

export function countryName(code: string): string {
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}
