/**
 * Where each column stands. Columns are found by name, in the names of both editions of the data
 * set; their order, further columns, letter case and blanks in the names do not matter.
 */
const names = {
  invoice: ['Invoice', 'InvoiceNo'],
  stockCode: ['StockCode'],
  description: ['Description'],
  quantity: ['Quantity'],
  date: ['InvoiceDate'],
  price: ['Price', 'UnitPrice'],
  customer: ['Customer ID', 'CustomerID'],
  country: ['Country'],
} as const;

export type ColumnName = keyof typeof names;
export type Columns = Readonly<Record<ColumnName, number>>;

/** The positions, or one sentence that names everything the header lacks. */
export function findColumns(header: readonly string[]): Columns | string {
  const plainHeader = header.map(plain);
  const columns: Partial<Record<ColumnName, number>> = {};
  const problems: string[] = [];
  for (const [column, known] of Object.entries(names) as [ColumnName, readonly string[]][]) {
    const accepted = known.map(plain);
    const positions = plainHeader.flatMap((name, at) => (accepted.includes(name) ? [at] : []));
    if (positions.length === 0) problems.push(`no column ${known.join(' or ')}`);
    else if (positions.length > 1) problems.push(`${known.join(' or ')} more than once`);
    else columns[column] = positions[0] as number;
  }
  return problems.length === 0 ? (columns as Columns) : `its header has ${problems.join(', ')}`;
}

function plain(name: string): string {
  return name.replace(/\s/g, '').toLowerCase();
}
