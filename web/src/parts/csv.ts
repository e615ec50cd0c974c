// This module owns the download of a frame as CSV (RFC 4180), made in the page without a request.
import type { Cell, Frame } from "../data.ts";

function field(cell: Cell): string {
  const shown = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

export function csv({ columns, rows }: Frame): string {
  const lines = [columns.map(({ key }) => field(key)), ...rows.map((row) => row.map(field))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

export function download(frame: Frame): void {
  const address = URL.createObjectURL(new Blob([csv(frame)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${frame.name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
