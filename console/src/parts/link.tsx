import type { AnchorHTMLAttributes } from 'react';
import { goTo } from '../route.ts';

/**
 * A link inside of the console. The page has a base, against which a bare `#…` would be looked up: so it
 * is followed here, and by the browser only for a new tab.
 */
export function Link({
  href,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return (
    <a
      {...rest}
      href={location.pathname + location.search + href}
      onClick={(click) => {
        rest.onClick?.(click);
        if (click.defaultPrevented || click.button !== 0) return;
        if (click.metaKey || click.ctrlKey || click.shiftKey) return;
        click.preventDefault();
        goTo(href);
      }}
    />
  );
}
