import type { ToldContract } from '../../../../src/inspection/told-contracts.ts';
import { Payload } from '../../parts/payload.tsx';
import { schemaRows } from './schema-rows.ts';

/** What is in a contract, field by field. */
export function SchemaTable({ contract }: { readonly contract: ToldContract }) {
  const { schema, personal, vendor } = contract;
  if (schema === null)
    return (
      <section className="panel" aria-labelledby="schema">
        <header>
          <h2 id="schema">What is in it</h2>
        </header>
        <p className="panel-text quiet">
          {vendor} cannot say this schema as JSON Schema: look into the contract’s source.
          {personal.length > 0 && ` Personal: ${personal.join(', ')}.`}
        </p>
      </section>
    );
  const rows = schemaRows(schema);
  return (
    <section className="panel" aria-labelledby="schema">
      <header>
        <h2 id="schema">What is in it</h2>
      </header>
      {rows.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Fields">
          <table className="grid fields">
            <thead>
              <tr>
                <th scope="col">field</th>
                <th scope="col">type</th>
                <th scope="col">more</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ path, name, depth, type, isRequired, notes }) => (
                <tr key={path} data-field={path}>
                  <th scope="row" style={{ paddingLeft: `${16 + depth * 18}px` }}>
                    <code>{name}</code>
                    {!isRequired && <span className="quiet"> optional</span>}
                  </th>
                  <td>{type}</td>
                  <td className="quiet">
                    {personal.includes(path) && <span className="tag attention">personal</span>}{' '}
                    {notes.join(', ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <details className="folded raw-schema">
        <summary>As JSON Schema, from {vendor}</summary>
        <Payload value={schema} of="the schema" />
      </details>
    </section>
  );
}
