import { useQuestion } from '../../api/use-question.ts';
import { Problem } from '../../parts/problem.tsx';
import '../../parts/panel.css';
import { useRoute } from '../../route.ts';
import { ContractList } from './contract-list.tsx';
import { ContractPage } from './contract-page.tsx';
import './contracts.css';

/** What may be told between contexts. */
export function ContractsView() {
  const [name] = useRoute().path;
  const { answer, error, reload } = useQuestion('contracts', {});
  if (error !== undefined) return <Problem error={error} onAgain={reload} />;
  if (answer === undefined) return <p className="loading">Looking up the contracts …</p>;
  if (name === undefined) return <ContractList contracts={answer.contracts} />;
  const contract = answer.contracts.find((each) => each.name === name);
  return <ContractPage key={name} {...{ name, contract }} />;
}
