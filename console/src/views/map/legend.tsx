import { LevelSign } from '../../parts/level.tsx';

/** What the shapes and colours of a map mean. */
export function Legend() {
  return (
    <ul className="map-legend" aria-label="Legend">
      <li>
        <Sample className="map-good" hasDots /> records on their way, as fast as they come
      </li>
      <li>
        <Sample className="map-attention" isThick /> <LevelSign level="attention" /> some wait
      </li>
      <li>
        <Sample className="map-bad" isThick /> <LevelSign level="bad" /> they wait for over a minute
      </li>
      <li>
        <Sample className="map-good map-unseen" /> declared, never seen
      </li>
      <li>
        <span className="map-stopped-sample" /> stopped
      </li>
      <li className="quiet">Rates are of the last ten seconds.</li>
    </ul>
  );
}

function Sample({
  className,
  hasDots = false,
  isThick = false,
}: {
  readonly className: string;
  readonly hasDots?: boolean;
  readonly isThick?: boolean;
}) {
  return (
    <svg className={`map-edge ${className}`} width="44" height="10" aria-hidden="true">
      <path className="map-line" d="M 2 5 H 42" style={{ strokeWidth: isThick ? 4 : 1.5 }} />
      {hasDots && <path className="map-dots" d="M 2 5 H 42" />}
    </svg>
  );
}
