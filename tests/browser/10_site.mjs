// The public pages in a real browser: they load without an error or a request to anybody else, fit every width, and are
// accessible in both schemes. SHOTS=DIR keeps screenshots.
import AxeBuilder from '@axe-core/playwright';
import { ok, withSite } from './lib.mjs';

const widths = [360, 390, 820, 1440];

async function visit(context, url, problems) {
  const page = await context.newPage();
  page.on('console', m => { if (m.type() === 'error' || m.type() === 'warning') problems.push(`${url}: ${m.text()}`); });
  page.on('pageerror', e => problems.push(`${url}: ${e}`));
  page.on('request', r => { if (!r.url().startsWith(new URL(url).origin)) problems.push(`${url} asks ${r.url()}`); });
  page.on('response', r => { if (r.status() >= 400) problems.push(`${r.url()} answers ${r.status()}`); });
  await page.goto(url, { waitUntil: 'load' });
  return page;
}

await withSite(async ({ base, browser }) => {
  const context = await browser.newContext();
  const problems = [];
  let page = await visit(context, base, problems);
  const cases = await page.$$eval('.card a', as => as.map(a => a.getAttribute('href')));
  ok(cases.length >= 3, 'the index shows the sample cases', cases.join(' '));
  ok((await page.textContent('h1')).includes('someone said yes'), 'the index says why it may show teeth');
  await page.close();

  const urls = [base, new URL(cases[0], base).href, `${base}privacy/`];
  for (const scheme of ['light', 'dark']) {
    const ctx = await browser.newContext({ colorScheme: scheme, viewport: { width: 1280, height: 900 } });
    for (const url of urls) {
      page = await visit(ctx, url, problems);
      const axe = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
      ok(axe.violations.length === 0, `axe finds nothing on ${new URL(url).pathname} (${scheme})`,
        JSON.stringify(axe.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.target)])));
      await page.close();
    }
    await ctx.close();
  }

  for (const width of widths) {
    const ctx = await browser.newContext({ viewport: { width, height: 900 }, deviceScaleFactor: 1 });
    for (const url of urls) {
      page = await visit(ctx, url, problems);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      ok(over <= 0, `${new URL(url).pathname} fits ${width} px`, `${over} px too wide`);
      if (process.env.SHOTS) {
        await page.evaluate(async () => { for (const i of document.images) { i.loading = 'eager'; await i.decode().catch(() => {}); } });
        await page.screenshot({ path: `${process.env.SHOTS}/site-${width}-${urls.indexOf(url)}.png`, fullPage: true });
      }
      await page.close();
    }
    await ctx.close();
  }

  page = await visit(context, urls[1], problems);
  const broken = await page.evaluate(async () => {
    const bad = [];
    for (const i of document.images) { i.loading = 'eager'; await i.decode().catch(() => bad.push(i.currentSrc)); if (!i.naturalWidth) bad.push(i.src); }
    return bad;
  });
  ok(broken.length === 0, 'every picture of a case decodes', broken.join(' '));
  // the share of each picture that lies under the one tone of every cover; the name card and label of the sample pictures are small
  const covered = await page.evaluate(() => [...document.images].filter(i => !i.alt.startsWith('Profile')).map(i => {
    const c = Object.assign(document.createElement('canvas'), { width: 300, height: 200 });
    const g = c.getContext('2d');
    g.drawImage(i, 0, 0, c.width, c.height);
    const d = g.getImageData(0, 0, c.width, c.height).data;
    let n = 0;
    for (let k = 0; k < d.length; k += 4) if (Math.abs(d[k] - 0xc8) < 4 && Math.abs(d[k + 1] - 0xc7) < 4 && Math.abs(d[k + 2] - 0xc3) < 4) n++;
    return [i.alt, n / (c.width * c.height)];
  }));
  ok(covered.length > 10 && covered.every(c => c[1] < .08), 'I8_no_automatic_form_covers_teeth',
    covered.filter(c => c[1] >= .08).join(' | '));
  const avif = await page.evaluate(() => [...document.images].every(i => i.currentSrc.endsWith('.avif')));
  ok(avif, 'the browser was given AVIF');
  const alts = await page.$$eval('img', is => is.map(i => i.alt));
  ok(alts.every(a => a.length > 5), 'every picture has an alternative text', alts.join(' | '));
  ok((await context.cookies()).length === 0, 'P6_no_cookie_is_set');
  await page.close();

  const gone = await context.request.get(`${base}c/aaaaaaaaaaaaaaaa/`);
  ok(gone.status() === 404, 'an unknown case is not found');
  ok(problems.length === 0, 'P6_no_page_asks_anybody_else_and_none_errs', problems.join('\n'));
});
