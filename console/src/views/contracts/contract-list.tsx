import type { ToldContract } from '../../../../src/inspection/told-contracts.ts';
import { ContextChoice } from '../../parts/context-choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { WithCode } from './with-code.tsx';

/** All contracts: who publishes each, and who listens. */
export function ContractList({ contracts }: { readonly contracts: readonly ToldContract[] }) {
  const { context } = useRoute().query;
  const shown = contracts.filter(
    ({ publishers, consumers }) =>
      context === undefined ||
      publishers.some(({ name }) => name === context) ||
      consumers.some((consumer) => consumer.context === context),
  );
  return (
    <>
      <div className="view-head">
        <h1>Contracts</h1>
        <div className="tools">
          <ContextChoice />
        </div>
      </div>
      {shown.length === 0 ? (
        <NoContracts {...{ context }} />
      ) : (
        <div className="panel contract-list">
          <div className="contract-row contract-head" aria-hidden="true">
            <span>publishes</span>
            <span>contract</span>
            <span>listens</span>
          </div>
          <ul>
            {shown.map((contract) => (
              <ContractRow key={contract.name} contract={contract} />
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function ContractRow({ contract }: { readonly contract: ToldContract }) {
  const { name, version, documentation, personal, origin, publishers, consumers } = contract;
  return (
    <li className="contract-row" data-contract={name}>
      <span className="ends">
        {publishers.map((publisher) => (
          <span
            key={publisher.name}
            className={publisher.kind === 'external' ? 'end is-external' : 'end'}
          >
            {publisher.name}
          </span>
        ))}
        {publishers.length === 0 && <span className="quiet">nobody here</span>}
      </span>
      <div className="contract-middle">
        <p>
          <Link href={hrefTo('contracts', [name])}>{name}</Link>{' '}
          <span className="tag">v{version}</span>
          {origin === 'external' && <span className="tag">from outside</span>}
          {personal.length > 0 && <span className="tag attention">personal</span>}
        </p>
        {documentation !== '' && (
          <p className="quiet contract-words">
            <WithCode text={documentation} />
          </p>
        )}
      </div>
      <span className="ends">
        {consumers.map((consumer) => (
          <span key={consumer.context} className="end">
            {consumer.context}
          </span>
        ))}
        {consumers.length === 0 && <span className="quiet">nobody listens</span>}
      </span>
    </li>
  );
}

function NoContracts({ context }: { readonly context: string | undefined }) {
  return (
    <Empty
      title={context === undefined ? 'No contracts yet' : `${context} tells and hears nothing`}
    >
      <p>
        A contract is what one context may know of another: the name, version and schema of a fact
        that is published. It is written once with <code>contract</code>, listed by who publishes
        it, and listened to with <code>whenever</code>, an effect, a process manager or a read
        model. {context !== undefined && <Link href={hrefTo('contracts')}>See all contracts</Link>}
      </p>
    </Empty>
  );
}
