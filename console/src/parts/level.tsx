/** How bad something is: by shape and word as well as by colour. */
export type Level = 'good' | 'attention' | 'bad';

const SIGNS: Readonly<Record<Level, string>> = { good: '●', attention: '▲', bad: '■' };
const WORDS: Readonly<Record<Level, string>> = {
  good: 'well',
  attention: 'worth a look',
  bad: 'in trouble',
};

const LEVELS: readonly Level[] = ['good', 'attention', 'bad'];

export function worse(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) > LEVELS.indexOf(b) ? a : b;
}

export function better(a: Level, b: Level): Level {
  return worse(a, b) === a ? b : a;
}

export function LevelSign({ level }: { readonly level: Level }) {
  return (
    <span
      className={`level level-${level}`}
      role="img"
      aria-label={WORDS[level]}
      title={WORDS[level]}
    >
      {SIGNS[level]}
    </span>
  );
}
