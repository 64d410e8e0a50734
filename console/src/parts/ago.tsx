import { usePulse } from '../api/pulse.tsx';
import { spanText } from './times.tsx';

/** How long ago, by the application's clock as it was last heard; the moment itself when pointed at. */
export function Ago({ at }: { readonly at: string }) {
  const { pulse } = usePulse();
  const now = pulse === undefined ? Date.now() : Date.parse(pulse.at);
  const ms = Math.max(0, now - Date.parse(at));
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ms < 1_000 ? 'just now' : `${roughText(ms)} ago`}
    </time>
  );
}

/** To its greatest unit: what was so long ago need not be known to the second. */
function roughText(ms: number): string {
  return spanText(ms).split(' ').slice(0, 2).join(' ');
}
