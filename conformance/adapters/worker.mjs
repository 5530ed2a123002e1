// What the adapters in JavaScript share: the loop over questions, options, sources and a request over a socket, byte for byte.

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What this server cannot be asked: the case is skipped with this reason. */
export class Unsupported extends Error {}

/** Answers questions until standard input ends. */
export async function serve({ name, version, offers, load, exchange }) {
  const questions = { load, exchange };
  async function answer([kind, ask]) {
    if (kind === 'hello') return { hello: { protocol: 1, name, version, offers } };
    try {
      if (!questions[kind]) throw new Unsupported(`the question ${kind}`);
      return await questions[kind](ask);
    } catch (error) {
      if (error instanceof Unsupported) return { unsupported: { id: ask.id, reason: error.message } };
      throw error;
    }
  }
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(Object.entries(JSON.parse(line))[0]))}\n`);
  }
  process.exit(0);
}

export function refuseOptions(options, understood) {
  for (const name of Object.keys(options ?? {})) {
    if (!understood.includes(name)) throw new Unsupported(`the option ${name}`);
  }
}

/** Descriptions of 3.2 are not asked of servers that do not know it. */
export function refuseVersion32(ask) {
  const text = ask.path ? readFileSync(ask.path, 'utf8') : (ask.text ?? '');
  const found = ask.document?.openapi ?? /^\s*["']?openapi["']?\s*:\s*["']?([\d.]+)/m.exec(text)?.[1];
  if (String(found).startsWith('3.2')) throw new Unsupported('OpenAPI 3.2');
}

/** The description as a value or as the path of a file. */
export function source(ask) {
  if (ask.path) return ask.path;
  if (ask.documents || ask.retrieval_uri) throw new Unsupported('documents by URI');
  if (ask.document !== undefined) return structuredClone(ask.document);
  const text = ask.text ?? Buffer.from(ask.text_base64, 'base64').toString('utf8');
  const file = join(mkdtempSync(join(tmpdir(), 'peer-')), ask.format === 'json' ? 'openapi.json' : 'openapi.yaml');
  writeFileSync(file, text);
  return file;
}

export function refused(ask, error) {
  const message = String(error?.message ?? error).split('\n')[0];
  return { loaded: { id: ask.id, ok: false, diagnostics: [{ code: '', severity: 'error', message }] } };
}

/** Content of a request or of a handler's response; undefined where there is none. */
export function content(message) {
  if (message.body !== undefined) return Buffer.from(message.body);
  return message.body_base64 === undefined ? undefined : Buffer.from(message.body_base64, 'base64');
}

/** Sends the request as it stands. What the server throws unheard while it serves ends the request as a 500. */
export function send(port, request) {
  const body = content(request);
  const lines = (request.headers ?? []).map(([name, value]) => `${name}: ${value}`);
  const has = (wanted) => (request.headers ?? []).some(([name]) => name.toLowerCase() === wanted);
  if (!has('host')) lines.push('Host: localhost');
  if (body && !has('content-length') && !has('transfer-encoding')) lines.push(`Content-Length: ${body.length}`);
  lines.push('Connection: close');
  const head = `${request.method} ${request.target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  return new Promise((resolve) => {
    const chunks = [];
    const failed = { status: 500, headers: [] };
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([Buffer.from(head), body ?? Buffer.alloc(0)])));
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', () => {
      socket.destroy();
      resolve(failed);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => resolve(failed));
    socket.on('close', () => resolve(parse(Buffer.concat(chunks).toString('latin1')) ?? failed));
  });
}

/** Status and field lines of a response. */
function parse(text) {
  const [first, ...fields] = text.split('\r\n\r\n')[0].split('\r\n');
  const status = Number(first.split(' ')[1]);
  const headers = fields.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  return status ? { status, headers } : undefined;
}
