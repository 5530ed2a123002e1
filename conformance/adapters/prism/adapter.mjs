// Prism (https://github.com/stoplightio/prism) behind the worker protocol of conformance/schemas/worker-protocol.schema.json.
//
// The real HTTP server of Prism is asked over a socket. Its mock is wrapped: where Prism finds no fault with a request, the
// wrapper notes the operation and answers what the case's handler answers. Prism judges no description, looks at
// the form of credentials alone and serves templates at the root; what depends on more is answered `unsupported`.

import { createRequire } from 'node:module';
import { content, refuseOptions, refuseVersion32, refused, send, serve, source, Unsupported } from '../worker.mjs';

const require = createRequire(import.meta.url);
const { createServer } = require('@stoplight/prism-http-server');
const { getHttpOperationsFromSpec } = require('@stoplight/prism-http');
const { default: mock } = require('@stoplight/prism-http/dist/mocker');
const E = require('fp-ts/Either');

const version = require('@stoplight/prism-http-server/package.json').version;
const OFFERS = ['operation', 'headers', 'response'];
const UNDERSTOOD = ['lint', 'client_error_status', 'credentials', 'response_policy'];
const ERROR = 0;

const silent = { child: () => silent };
for (const level of ['info', 'warn', 'error', 'debug', 'trace', 'fatal', 'success', 'start', 'note']) silent[level] = () => {};

let loaded = null;

/** Prism serves templates at the root and routes by servers only on demand. */
function refuseBasePaths(operations) {
  for (const operation of operations) {
    for (const server of operation.servers ?? []) {
      const path = server.url.replace(/^[a-z]+:\/\/[^/]*/i, '');
      if (path !== '' && path !== '/') throw new Unsupported('base paths of servers');
    }
  }
}

async function load(ask) {
  refuseOptions(ask.options, UNDERSTOOD);
  refuseVersion32(ask);
  loaded?.server.close();
  loaded = null;
  let operations;
  try {
    operations = await getHttpOperationsFromSpec(source(ask));
  } catch (error) {
    if (error instanceof Unsupported) throw error;
    return refused(ask, error);
  }
  refuseBasePaths(operations);
  const state = { operations, seen: null, answer: null };
  const config = {
    mock: { dynamic: false }, checkSecurity: true, validateRequest: true, validateResponse: true,
    isProxy: false, errors: false, upstreamProxy: undefined,
  };
  const components = { logger: silent, mock: wrapped(state) };
  state.config = config;
  state.enforces = (ask.options?.response_policy ?? 'enforce') === 'enforce';
  state.server = createServer(operations, { components, cors: false, config });
  const address = await state.server.listen(0, '127.0.0.1');
  state.port = Number(new URL(address).port);
  state.clientError = ask.options?.client_error_status ?? 400;
  loaded = state;
  return { loaded: { id: ask.id, ok: true, diagnostics: [] } };
}

function nameOf(operation) {
  if (operation.iid === undefined) throw new Unsupported('the name of an operation without operationId');
  return operation.iid;
}

/** Prism's mock, whose place the handler takes when the request is right and acceptable. */
function wrapped(state) {
  return (options) => (logger) => {
    const made = mock(options)(logger);
    const wrong = options.input.validations.some((one) => one.severity === ERROR);
    if (wrong || (E.isLeft(made) && made.left.status === 406)) return made;
    state.seen = options.resource;
    const headers = E.isRight(made) ? made.right.headers : {};
    return E.right(state.answer ?? { statusCode: declaredSuccess(options.resource), headers, body: undefined });
  };
}

function declaredSuccess(operation) {
  const codes = operation.responses.map((one) => Number(one.code));
  return codes.find((code) => code >= 200 && code < 300) ?? 200;
}

function scripted(response) {
  if (!response) return null;
  const headers = Object.fromEntries(response.headers ?? []);
  const text = content(response)?.toString('utf8');
  let body = text;
  try {
    if (text !== undefined) body = JSON.parse(text);
  } catch {
    // Text stays text.
  }
  return { statusCode: response.status, headers, body };
}

async function exchange(ask) {
  if (!loaded) throw new Unsupported('no description is loaded');
  loaded.seen = null;
  loaded.answer = scripted(ask.response);
  // `--errors` of its command line: a response that breaks the description becomes a 500.
  loaded.config.errors = loaded.enforces && ask.response !== undefined;
  const answer = await send(loaded.port, ask.request);
  const operation = loaded.seen;
  if (operation && (operation.security ?? []).some((choice) => choice.length > 0)) {
    throw new Unsupported('whether credentials are right: Prism looks at their form alone');
  }
  const status = answer.status === 422 && !operation ? loaded.clientError : answer.status;
  const result = { id: ask.id, status, headers: answer.headers, operation: operation ? nameOf(operation) : null };
  if (ask.response && operation) Object.assign(result, verdict(answer.headers));
  return { result };
}

/** What Prism says of the response. */
function verdict(headers) {
  const line = headers.find(([name]) => name.toLowerCase() === 'sl-violations');
  const all = line ? JSON.parse(line[1]) : [];
  const found = all.filter((one) => one.location[0] === 'response' && one.severity === 'Error');
  return { response_ok: found.length === 0, response_errors: found.map((one) => one.message) };
}

await serve({ name: 'Prism', version, offers: OFFERS, load, exchange });
