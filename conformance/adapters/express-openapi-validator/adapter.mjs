// express-openapi-validator (https://github.com/cdimascio/express-openapi-validator) behind the worker protocol of
// conformance/schemas/worker-protocol.schema.json.
//
// An Express application with the middleware, set up as its documentation says, is asked over a socket. Its security handlers know what
// the case knows. Its judgement of a response is heard through `onError`; it judges contents alone.

import { createRequire } from 'node:module';
import { content, refuseOptions, refuseVersion32, refused, send, serve, source, Unsupported } from '../worker.mjs';

const require = createRequire(import.meta.url);
const express = require('express');
const OpenApiValidator = require('express-openapi-validator');
const { OpenApiSpecLoader } = require('express-openapi-validator/dist/framework/openapi.spec.loader');

const { version } = require('express-openapi-validator/package.json');
const OFFERS = ['refusal', 'operation', 'parameters', 'body', 'headers', 'response'];
const UNDERSTOOD = ['lint', 'client_error_status', 'credentials', 'response_policy', 'unknown_query'];

let loaded = null;

async function load(ask) {
  const options = ask.options ?? {};
  refuseOptions(options, UNDERSTOOD);
  refuseVersion32(ask);
  loaded?.server.close();
  loaded = null;
  const apiSpec = source(ask);
  let found;
  try {
    const apiDoc = typeof apiSpec === 'string' ? apiSpec : structuredClone(apiSpec);
    found = await new OpenApiSpecLoader({ apiDoc, validateApiSpec: true, $refParser: { mode: 'bundle' } }).load();
  } catch (error) {
    return refused(ask, error);
  }
  const state = { options, credentials: options.credentials ?? [], asked: null, seen: null, wrong: [] };
  let app;
  try {
    app = application(state, apiSpec, Object.keys(found.apiDoc.components?.securitySchemes ?? {}));
  } catch (error) {
    return refused(ask, error);
  }
  state.server = await new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server));
  });
  loaded = state;
  return { loaded: { id: ask.id, ok: true, diagnostics: [] } };
}

function application(state, apiSpec, schemes) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ strict: false, type: ['application/json', 'application/*+json'] }));
  app.use(express.text({ type: 'text/*' }));
  app.use(express.urlencoded({ extended: true }));
  app.use(express.raw({ type: 'application/octet-stream' }));
  app.use(OpenApiValidator.middleware({
    apiSpec,
    validateRequests: { allowUnknownQueryParameters: state.options.unknown_query !== 'reject' },
    validateResponses: { onError: (error) => state.wrong.push(error.message) },
    validateSecurity: { handlers: Object.fromEntries(schemes.map((name) => [name, verifier(state, name)])) },
  }));
  app.use((request, response) => handle(state, request, response));
  // Express takes a function of four parameters for a handler of errors.
  app.use((error, _request, response, _next) => response.status(error.status ?? 500).set(error.headers ?? {}).end());
  return app;
}

/** A security handler that knows what the case knows of its scheme. */
function verifier(state, name) {
  return (request, scopes, scheme) => {
    const known = state.credentials.find((one) => one.scheme === name && one.provider !== false);
    if (!known || !presented(request, scheme).includes(expected(known, scheme))) return false;
    if ((scopes ?? []).some((scope) => !(known.scopes ?? []).includes(scope))) {
      throw Object.assign(new Error('scopes'), { status: 403 });
    }
    return true;
  };
}

function expected(known, scheme) {
  if (scheme.type === 'apiKey') return known.key;
  if (known.username === undefined) return known.token;
  return Buffer.from(`${known.username}:${known.password}`).toString('base64');
}

function presented(request, scheme) {
  if (scheme.type !== 'apiKey') return [(request.headers.authorization ?? '').split(' ')[1]];
  const places = { header: request.headers[scheme.name.toLowerCase()], query: request.query[scheme.name], cookie: request.cookies?.[scheme.name] };
  return [places[scheme.in]];
}

function handle(state, request, response) {
  const operation = request.openapi?.schema;
  if (!operation) return response.status(404).end();
  state.seen = { name: operation.operationId, request, operation };
  const asked = state.asked;
  if (!asked) return response.status(declaredSuccess(operation)).end();
  response.status(asked.status);
  for (const [name, value] of asked.headers ?? []) response.append(name, value);
  const bytes = content(asked);
  if (bytes === undefined) return response.end();
  if (!/json/i.test(String(response.get('content-type')))) return response.send(bytes);
  try {
    return response.json(JSON.parse(bytes.toString('utf8')));
  } catch {
    return response.send(bytes);
  }
}

function declaredSuccess(operation) {
  const codes = Object.keys(operation.responses ?? {}).map(Number);
  return codes.find((code) => code >= 200 && code < 300) ?? 200;
}

/** Declared parameters as the handler finds them. */
function parameters({ request, operation }) {
  const places = { path: request.openapi.pathParams, query: request.query, header: request.headers, cookie: request.cookies };
  const found = { path: {}, query: {}, header: {}, cookie: {} };
  for (const { name, in: place } of operation.parameters ?? []) {
    const value = places[place]?.[place === 'header' ? name.toLowerCase() : name];
    if (value !== undefined) found[place][name] = value;
  }
  return found;
}

function body({ request }) {
  const octets = (bytes) => ({ base64: bytes.toString('base64') });
  if (Buffer.isBuffer(request.body)) return octets(request.body);
  const files = Object.fromEntries((request.files ?? []).map((file) => [file.fieldname, octets(file.buffer)]));
  return request.files?.length ? { ...request.body, ...files } : request.body;
}

async function exchange(ask) {
  if (!loaded) throw new Unsupported('no description is loaded');
  Object.assign(loaded, { asked: ask.response ?? null, seen: null, wrong: [] });
  if (ask.credentials) loaded.credentials = ask.credentials;
  const answer = await send(loaded.server.address().port, ask.request);
  const { seen, wrong, options } = loaded;
  const status = [400, 422].includes(answer.status) && !seen ? (options.client_error_status ?? 400) : answer.status;
  const result = { id: ask.id, status, headers: answer.headers, operation: seen?.name ?? null };
  if (!seen) return { result };
  if (seen.name === undefined) throw new Unsupported('the name of an operation without operationId');
  result.parameters = parameters(seen);
  if (content(ask.request)?.length) result.body = body(seen) ?? null;
  if (ask.response) {
    Object.assign(result, { response_ok: wrong.length === 0, response_errors: wrong });
    // Without `onError` the middleware answers 500 for a response that breaks the description.
    if (wrong.length > 0 && (options.response_policy ?? 'enforce') === 'enforce') result.status = 500;
  }
  return { result };
}

await serve({ name: 'express-openapi-validator', version, offers: OFFERS, load, exchange });
