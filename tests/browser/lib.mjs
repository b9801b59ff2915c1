// lib.mjs: starts the demo's site (tests/browser/site.sh makes it once) and Debian's chromium, speaks TAP, and ends both.
import { spawn, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

let count = 0, failed = 0;
export function ok(condition, name, detail = '') {
  count++;
  if (!condition) failed++;
  console.log(`${condition ? 'ok' : 'not ok'} ${count} - ${name}`);
  if (!condition && detail) console.log(String(detail).replace(/^/gm, '# '));
}

export async function withSite(run) {
  const build = process.env.O || 'build';
  const binary = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
  if (!binary) { console.log('ok 1 # SKIP no chromium here'); console.log('1..1'); return; }
  const dir = execFileSync('tests/browser/site.sh', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const server = spawn(`${build}/occlude`, ['-C', dir, 'serve', '--listen', '127.0.0.1:0']);
  let browser;
  try {
    const base = await new Promise((resolve, reject) => {
      let out = '';
      server.stdout.on('data', d => { out += d; const m = /http:\/\/[0-9.:]+\//.exec(out); if (m) resolve(m[0]); });
      server.stderr.on('data', d => { out += d; });
      server.on('exit', c => reject(new Error(`the server ended with ${c}: ${out}`)));
      setTimeout(() => reject(new Error(`the server did not start: ${out}`)), 10000).unref();
    });
    browser = await chromium.launch({ executablePath: binary, args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
      '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
    await run({ base, browser, dir });
  } catch (e) {
    ok(false, 'the test ran to its end', e.stack || e);
  } finally {
    await browser?.close();
    server.kill('SIGTERM');
  }
  console.log(`1..${count}`);
  process.exitCode = failed ? 1 : 0;
}
