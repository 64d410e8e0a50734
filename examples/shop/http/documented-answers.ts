/**
 * Holds real answers against the OpenAPI document, as a client that was made from it would: the
 * path, the status, the media type and the body must be in it, or the answer is refused.
 */
import assert from 'node:assert/strict';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

type Operation = {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, unknown>> } | undefined>
  >;
};
export type OpenApiDocument = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
};

export class DocumentedAnswers {
  readonly #document: OpenApiDocument;
  readonly #ajv: Ajv2020;
  readonly #seen = new Set<string>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'openapi');
  }

  /** What was seen so far: `post /orders 201`. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }

  /** Every answer that the document promises, in the words of `seen`. */
  promised(): string[] {
    return Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        Object.keys(operation?.responses ?? {}).map((status) => `${method} ${path} ${status}`),
      ),
    );
  }

  /** Fails unless the document knows this answer to this request. */
  async check(request: Request, answer: Response): Promise<void> {
    const method = request.method.toLowerCase();
    const { pathname } = new URL(request.url);
    const path = this.#pathOf(pathname, method);
    const about = `${method} ${path} ${answer.status}`;
    const documented = this.#document.paths[path]?.[method]?.responses[answer.status];
    assert.ok(documented, `${about} is not in the document: ${await answer.clone().text()}`);
    const mediaType = answer.headers.get('content-type')?.split(';')[0] ?? '';
    assert.ok(documented.content?.[mediaType], `${about} is not documented as "${mediaType}"`);
    const pointer = ['paths', path, method, 'responses', `${answer.status}`, 'content', mediaType];
    const escaped = pointer.map((part) =>
      encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    const validate = this.#ajv.getSchema(`openapi#/${escaped.join('/')}/schema`);
    assert.ok(validate, `${about} has no schema`);
    const body: unknown = await answer.clone().json();
    const isValid = validate(body);
    assert.ok(isValid, `${about}: ${this.#ajv.errorsText(validate.errors)}`);
    this.#seen.add(about);
  }

  /** The template that a path fits; the one with the most fixed parts. */
  #pathOf(pathname: string, method: string): string {
    const parts = pathname.split('/');
    const fitting = Object.keys(this.#document.paths).filter((path) => {
      const template = path.split('/');
      return (
        this.#document.paths[path]?.[method] !== undefined &&
        template.length === parts.length &&
        template.every((part, index) => part.startsWith('{') || part === parts[index])
      );
    });
    const [path] = fitting.toSorted(
      (one, other) => one.split('{').length - other.split('{').length,
    );
    assert.ok(path, `${method} ${pathname} is not in the document`);
    return path;
  }
}
