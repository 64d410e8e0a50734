import type * as Server from '@modelcontextprotocol/server';
import type * as Stdio from '@modelcontextprotocol/server/stdio';

/** What of the official SDK is used. */
export type McpSdk = Pick<typeof Server, 'McpServer' | 'fromJsonSchema'> &
  Pick<typeof Stdio, 'StdioServerTransport' | 'serveStdio'>;

/**
 * Loads `@modelcontextprotocol/server`. It is loaded only now, so that nobody has it who does not use it.
 *
 * @throws {McpSdkMissingError} when it is not installed.
 */
export async function loadMcpSdk(): Promise<McpSdk> {
  try {
    const [server, stdio] = await Promise.all([
      import('@modelcontextprotocol/server'),
      import('@modelcontextprotocol/server/stdio'),
    ]);
    const { McpServer, fromJsonSchema } = server;
    const { StdioServerTransport, serveStdio } = stdio;
    return { McpServer, fromJsonSchema, StdioServerTransport, serveStdio };
  } catch (cause) {
    throw new McpSdkMissingError(cause);
  }
}

/** The SDK of the Model Context Protocol is not installed. */
export class McpSdkMissingError extends Error {
  override readonly name = 'McpSdkMissingError';
  readonly code = 'mcp-sdk-missing';
  readonly retryable = false;

  constructor(cause: unknown) {
    super(
      'MCP is spoken by the package "@modelcontextprotocol/server", which could not be loaded. Run npm ' +
        'install --save-dev @modelcontextprotocol/server.',
      { cause },
    );
  }
}
