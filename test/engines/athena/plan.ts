/** What Trino tells of a query that has run. Trino's own, for its user interface: not documented. */
interface QueryInfo {
  readonly queryStats: {
    readonly operatorSummaries: readonly {
      readonly operatorType: string;
      readonly totalDrivers: number;
      readonly physicalInputPositions: number;
    }[];
  };
}

/** How many splits of tables a query has read: of small objects each is one. */
export async function splitsOf(url: string, queryId: string): Promise<number> {
  const response = await fetch(`${url}/v1/query/${queryId}`, {
    headers: { 'X-Trino-User': 'test' },
  });
  const { queryStats } = (await response.json()) as QueryInfo;
  return (
    queryStats.operatorSummaries
      .filter(({ operatorType }) =>
        /^(?:TableScan|ScanFilterAndProject)Operator$/.test(operatorType),
      )
      // A table without any split to read has one of nothing.
      .filter(({ physicalInputPositions }) => physicalInputPositions > 0)
      .reduce((sum, { totalDrivers }) => sum + totalDrivers, 0)
  );
}
