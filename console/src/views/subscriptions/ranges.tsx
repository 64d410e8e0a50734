import type { RangeLag } from '../../../../src/inspection/reader-lag.ts';
import { countText } from '../../parts/times.tsx';
import { ownerText } from './reader-words.ts';

const SLOTS = 256;

/** Who works on which part of the keys: as a bar of the 256 slots that keys are dealt to, and as a list. */
export function Ranges({ ranges }: { readonly ranges: readonly RangeLag[] }) {
  const sorted = ranges.toSorted((a, b) => a.firstSlot - b.firstSlot);
  return (
    <section className="panel" aria-labelledby="ranges">
      <header>
        <h2 id="ranges">Who does which keys</h2>
        <p className="quiet">
          Keys are dealt to 256 slots; each range of them is worked on by one process at a time.
        </p>
        <div className="slots" aria-hidden="true">
          {sorted.map(({ firstSlot, lastSlot, owner, behind }) => (
            <span
              key={firstSlot}
              className={owner === null ? 'nobody' : ''}
              style={{
                left: `${(firstSlot / SLOTS) * 100}%`,
                width: `${((lastSlot - firstSlot + 1) / SLOTS) * 100}%`,
              }}
            >
              {owner === null ? (behind > 0 ? 'nobody' : '') : ownerText(owner)}
            </span>
          ))}
        </div>
      </header>
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">slots</th>
              <th scope="col">owner</th>
              <th scope="col" className="number">
                position
              </th>
              <th scope="col" className="number">
                behind
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ firstSlot, lastSlot, owner, position, behind }) => (
              <tr key={firstSlot}>
                <th scope="row">
                  {firstSlot} to {lastSlot}
                </th>
                <td>{owner === null ? 'nobody, or nobody knows' : ownerText(owner)}</td>
                <td className="number">{countText(position)}</td>
                <td className="number">{countText(behind)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
