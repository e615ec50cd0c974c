// This module owns printing: every chart is drawn anew, light and at the width of the sheet, and put back afterwards.

/** Width of an A4 sheet inside the margins of the print style sheet, in CSS pixels. */
export const SHEET_WIDTH = 680;

export interface Printable {
  print(): void;
  restore(): void;
}

export const printables = new Set<Printable>();
let printing = false;

export const isPrinting = (): boolean => printing;

function begin(): void {
  if (printing) return;
  printing = true;
  for (const item of printables) item.print();
}

function end(): void {
  if (!printing) return;
  printing = false;
  for (const item of printables) item.restore();
}

export function watchPrinting(): void {
  const paper = matchMedia("print");
  paper.addEventListener("change", (event) => (event.matches ? begin() : end()));
  addEventListener("beforeprint", begin);
  addEventListener("afterprint", () => {
    if (!paper.matches) end();
  });
}
