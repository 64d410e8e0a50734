import { useAbout } from '../api/about.tsx';
import './context-mark.css';

/** So many contexts have a colour of their own; those after them share, and are told apart by name. */
const COLOURS = 8;

/** The class that gives what is drawn of a context its colour, as `--context`: the same in all views. */
export function useContextColour(): (context: string) => string {
  const { contexts } = useAbout();
  return (context) => {
    const index = contexts.indexOf(context);
    return index < 0 ? 'context-other' : `context-${index % COLOURS}`;
  };
}

/** A context, by its colour and its name. */
export function ContextMark({ name }: { readonly name: string }) {
  const colourOf = useContextColour();
  return (
    <span className={`context-mark ${colourOf(name)}`}>
      <span className="context-square" aria-hidden="true" />
      <span className="context-name">{name}</span>
    </span>
  );
}
