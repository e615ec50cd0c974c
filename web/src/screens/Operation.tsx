// This module owns the operation screen: the replay of what chips and jobs do, and what came of it.
import type { Report } from "../data.ts";
import { Balance, Shares, Slowdown, Tenants, Waits } from "./OperationFigures.tsx";
import { Replay } from "./Replay.tsx";

export function Operation({ report }: { report: Report }) {
  return (
    <>
      <Replay report={report} />
      <Balance report={report} />
      <Waits report={report} />
      <Slowdown report={report} />
      <Shares report={report} />
      <Tenants report={report} />
    </>
  );
}
