// This module owns the width of a box in the page: measured while it is shown, and kept while its screen is not.
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

const FIRST = 700;

export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(FIRST);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      if (element.clientWidth > 0) setWidth(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
