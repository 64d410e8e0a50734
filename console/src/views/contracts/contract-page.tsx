import type { FlowSubscription } from '../../../../src/inspection/flow-graph.ts';
import type { ToldContract } from '../../../../src/inspection/told-contracts.ts';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { hrefTo } from '../../route.ts';
import { Examples } from './examples.tsx';
import { SchemaTable } from './schema-table.tsx';
import { WithCode } from './with-code.tsx';

/** One contract: who tells it to whom, what is in it, and what was told last. */
export function ContractPage({
  name,
  contract,
}: {
  readonly name: string;
  readonly contract: ToldContract | undefined;
}) {
  return (
    <>
      <p className="crumbs">
        <Link href={hrefTo('contracts')}>Contracts</Link>
      </p>
      {contract === undefined ? (
        <Empty title={`There is no contract ${name}`}>
          <p>Nobody here publishes it, or listens to it.</p>
        </Empty>
      ) : (
        <Contract contract={contract} />
      )}
    </>
  );
}

function Contract({ contract }: { readonly contract: ToldContract }) {
  const { name, version, olderVersions, documentation, origin } = contract;
  return (
    <article data-contract={name}>
      <div className="view-head contract-title">
        <h1>{name}</h1>
        <span className="tag">version {version}</span>
        {olderVersions.length > 0 && (
          <span className="quiet">
            {olderVersions.length === 1 ? 'version' : 'versions'} {olderVersions.join(', ')}{' '}
            {olderVersions.length === 1 ? 'is' : 'are'} still read, and brought up to it
          </span>
        )}
        {origin === 'external' && <span className="tag">from outside</span>}
      </div>
      <p className={documentation === '' ? 'contract-doc quiet' : 'contract-doc'}>
        <WithCode
          text={
            documentation === ''
              ? 'It has no documentation: a sentence of what it means, as `documentation`, helps whoever listens.'
              : documentation
          }
        />
      </p>
      <Picture contract={contract} />
      <SchemaTable contract={contract} />
      <Examples contract={contract} />
    </article>
  );
}

/** A read model reads by version, and may be of several: all of its context are shown. */
function placeOf(context: string, { kind, name }: FlowSubscription): string {
  return kind === 'read-model'
    ? hrefTo('subscriptions', [], { context })
    : hrefTo('subscriptions', [context, name]);
}

/** Who publishes it, and who listens, with what. */
function Picture({
  contract: { name, publishers, consumers },
}: {
  readonly contract: ToldContract;
}) {
  return (
    <section className="contract-picture" aria-label="Who tells it to whom">
      <ul>
        {publishers.map((publisher) => (
          <li
            key={publisher.name}
            className={publisher.kind === 'external' ? 'box is-external' : 'box'}
          >
            <strong>{publisher.name}</strong>
            <span>{publisher.kind === 'external' ? 'outside, publishes' : 'publishes'}</span>
          </li>
        ))}
        {publishers.length === 0 && <li className="box is-nobody">nobody here publishes it</li>}
      </ul>
      <span className="picture-arrow" aria-hidden="true" />
      <div className="box is-contract">{name}</div>
      <span className="picture-arrow" aria-hidden="true" />
      <ul>
        {consumers.map(({ context, subscriptions }) => (
          <li key={context} className="box" data-consumer={context}>
            <strong>{context}</strong>
            {subscriptions.map((subscription) => (
              <Link
                key={subscription.name}
                href={placeOf(context, subscription)}
                title={subscription.kind}
              >
                {subscription.name}
              </Link>
            ))}
          </li>
        ))}
        {consumers.length === 0 && <li className="box is-nobody">nobody listens</li>}
      </ul>
    </section>
  );
}
