import { type ReactNode, useState } from 'react';
import { CopyButton } from './copy-button.tsx';
import './payload.css';

/** What stands for a field of a person that the visitor may not see. */
const MASKED = '[personal]';
/** So much of a text, and so many of a list, are shown at first. */
const TEXT_SHOWN = 240;
const ITEMS_SHOWN = 24;
/** So deep it is open at first. */
const OPEN_DEPTH = 3;

/** What became of a field: drawn beside it, by sign as well as by colour. */
export type FieldMark = 'added' | 'changed';

/** JSON as an indented text that can be opened and closed; never as markup. */
export function Payload({
  value,
  of,
  marks,
}: {
  readonly value: unknown;
  /** What it is, for who copies it or hears it read. */
  readonly of: string;
  /** By path, as in `lines[1].pence`. */
  readonly marks?: ReadonlyMap<string, FieldMark>;
}) {
  return (
    <div className="payload" role="group" aria-label={of}>
      <CopyButton text={JSON.stringify(value, null, 2) ?? ''} of={of} />
      <Node name={null} value={value} path="" depth={0} marks={marks ?? NO_MARKS} />
    </div>
  );
}

const NO_MARKS: ReadonlyMap<string, FieldMark> = new Map();

interface NodeProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
  readonly marks: ReadonlyMap<string, FieldMark>;
}

function Node(props: NodeProps) {
  const { name, value, path, depth, marks } = props;
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
    return <Branch {...props} value={value} />;
  return (
    <Line depth={depth} mark={marks.get(path)}>
      <Name name={name} />
      <Leaf value={value} />
    </Line>
  );
}

function Branch({ name, value, path, depth, marks }: NodeProps & { readonly value: object }) {
  const [isOpen, setIsOpen] = useState(depth < OPEN_DEPTH);
  const [isAll, setIsAll] = useState(false);
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const shown = isAll ? entries : entries.slice(0, ITEMS_SHOWN);
  const [begin, end] = isList ? '[]' : '{}';
  return (
    <>
      <Line depth={depth} mark={marks.get(path)}>
        <button
          type="button"
          className="payload-fold"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          <span className="payload-chevron" aria-hidden="true" />
          <Name name={name} />
          {isOpen ? begin : `${begin} ${countOf(entries.length, isList)} ${end}`}
        </button>
      </Line>
      {isOpen && (
        <>
          {shown.map(([key, part]) => (
            <Node
              key={key}
              name={isList ? null : key}
              value={part}
              path={isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`}
              depth={depth + 1}
              marks={marks}
            />
          ))}
          {shown.length < entries.length && (
            <Line depth={depth + 1}>
              <button type="button" className="payload-more" onClick={() => setIsAll(true)}>
                show all {entries.length}
              </button>
            </Line>
          )}
          <Line depth={depth}>{end}</Line>
        </>
      )}
    </>
  );
}

const SIGNS: Readonly<Record<FieldMark, string>> = { added: '+', changed: '~' };

function Line({
  depth,
  mark,
  children,
}: {
  readonly depth: number;
  readonly mark?: FieldMark | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div
      className="payload-line"
      data-mark={mark}
      style={{ paddingLeft: `${18 + Math.min(depth, 20) * 14}px` }}
    >
      {mark && (
        <span className="payload-sign" role="img" aria-label={mark}>
          {SIGNS[mark]}
        </span>
      )}
      {children}
    </div>
  );
}

function Name({ name }: { readonly name: string | null }) {
  if (name === null) return null;
  return <span className="payload-name">{name}: </span>;
}

/** One value that has no parts. */
export function Leaf({ value }: { readonly value: unknown }) {
  const [isAll, setIsAll] = useState(false);
  if (value === MASKED)
    return (
      <span
        className="masked"
        title="Personal: who may see it is decided where the console is set up"
      >
        {MASKED}
      </span>
    );
  const text = JSON.stringify(value) ?? 'undefined';
  const kind = value === null ? 'null' : typeof value;
  if (isAll || text.length <= TEXT_SHOWN)
    return <span className={`payload-value payload-${kind}`}>{text}</span>;
  return (
    <span className={`payload-value payload-${kind}`}>
      {text.slice(0, TEXT_SHOWN)}…{' '}
      <button type="button" className="payload-more" onClick={() => setIsAll(true)}>
        show all {text.length.toLocaleString('en-US')} characters
      </button>
    </span>
  );
}

function countOf(count: number, isList: boolean): string {
  const one = isList ? 'item' : 'field';
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
