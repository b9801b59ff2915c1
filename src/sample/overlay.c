/* overlay.c: name cards, date stamps and labels as SVG; see sample/overlay.h. */
#include "sample/overlay.h"

#include <stdio.h>

#include "sample/render.h"

static void svg_open(struct buf *b, int width, int height) {
	buf_fmt(b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"><defs>"
		"<filter id=\"soft\" x=\"-20%%\" y=\"-20%%\" width=\"140%%\" height=\"150%%\"><feGaussianBlur "
		"stdDeviation=\"14\"/></filter>"
		"<filter id=\"glow\" x=\"-20%%\" y=\"-60%%\" width=\"140%%\" height=\"220%%\"><feGaussianBlur "
		"stdDeviation=\"5\"/></filter>"
		"<linearGradient id=\"paper\" x2=\".9\" y2=\"1\"><stop stop-color=\"#fbfaf5\"/><stop offset=\"1\" "
		"stop-color=\"#d9d7ce\"/></linearGradient>"
		"</defs>",
		width, height);
}

/* A card of 640 by 330 clipped to the shirt. */
static void card(struct buf *b, int width, int height, const struct patient *p, float quad[8]) {
	float w = .34f * (float)width, scale = w / 640, h = 330 * scale,
	      tilt = (float)((p->person.seed % 7) + 2) * -.6f;
	float x = .50f * (float)width, y = (float)height - h - .012f * (float)height, c = cosf(tilt * .01745f),
	      n = sinf(tilt * .01745f);
	const float corner[8] = { 0, 0, w, 0, w, h, 0, h };
	for (int i = 0; i < 8; i += 2) {
		quad[i] = x + corner[i] * c - corner[i + 1] * n;
		quad[i + 1] = y + corner[i] * n + corner[i + 1] * c;
	}
	buf_fmt(b, "<g transform=\"translate(%.1f %.1f) rotate(%.2f) scale(%.4f)\">", (double)x, (double)y,
		(double)tilt, (double)scale);
	buf_fmt(b,
		"<rect x=\"8\" y=\"16\" width=\"640\" height=\"330\" rx=\"12\" fill=\"#000\" opacity=\".42\" "
		"filter=\"url(#soft)\"/>"
		"<rect width=\"640\" height=\"330\" rx=\"12\" fill=\"url(#paper)\"/><rect x=\"1.5\" y=\"1.5\" "
		"width=\"637\" height=\"327\" rx=\"11\" "
		"fill=\"none\" stroke=\"#b9b6aa\" stroke-width=\"3\"/><rect x=\"0\" y=\"0\" width=\"640\" "
		"height=\"62\" rx=\"12\" fill=\"#0f5a4e\"/>"
		"<g font-family=\"Inter, DejaVu Sans, sans-serif\" fill=\"#20262a\"><text x=\"30\" y=\"43\" "
		"font-size=\"32\" fill=\"#fff\">"
		"Linden Street Orthodontics</text><text x=\"30\" y=\"140\" font-size=\"62\" font-weight=\"600\">%s "
		"%s</text>"
		"<text x=\"30\" y=\"218\" font-size=\"48\">born %s</text><text x=\"30\" y=\"290\" "
		"font-size=\"48\">Chart %s</text></g>"
		"<rect x=\"292\" y=\"-26\" width=\"56\" height=\"52\" rx=\"8\" fill=\"#9aa0a4\"/><rect x=\"300\" "
		"y=\"-20\" width=\"40\" "
		"height=\"10\" rx=\"5\" fill=\"#d5d9dc\"/></g>",
		p->given, p->family, p->born, p->ref);
}

/* What was set in the camera's menu once and forgotten. */
static void stamp(struct buf *b, int width, int height, const struct shot *s, float quad[8]) {
	float size = .042f * (float)height, w = size * .602f * 15, x = (float)width - w - size,
	      y = (float)height - size * 1.1f;
	char text[32];
	(void)snprintf(
		text, sizeof text, "%.2s %.2s '%.2s %.5s", s->taken + 8, s->taken + 5, s->taken + 2, s->taken + 11);
	for (int k = 0; k < 2; k++)
		buf_fmt(b,
			"<text x=\"%.1f\" y=\"%.1f\" font-family=\"DejaVu Sans Mono, monospace\" "
			"font-weight=\"700\" font-size=\"%.1f\" "
			"fill=\"%s\"%s>%s</text>",
			(double)x, (double)y, (double)size, k ? "#ffa632" : "#ff5a00",
			k ? "" : " filter=\"url(#glow)\"", text);
	const float box[8] = { x, y - size, x + w, y - size, x + w, y + size * .25f, x, y + size * .25f };
	for (int i = 0; i < 8; i++) quad[i] = box[i];
}

/* What an imaging program burns in when it exports. */
static void label(struct buf *b, int width, int height, const struct patient *p, float quad[8]) {
	float h = .05f * (float)height, w = .34f * (float)width, x = .02f * (float)width, y = .025f * (float)height;
	buf_fmt(b,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#101417\"/><text x=\"%.1f\" "
		"y=\"%.1f\" "
		"font-family=\"Inter, DejaVu Sans, sans-serif\" font-size=\"%.1f\" fill=\"#eef1f2\">%s, %s  "
		"%s</text>",
		(double)x, (double)y, (double)w, (double)h, (double)(x + h * .3f), (double)(y + h * .72f),
		(double)(h * .62f), p->family, p->given, p->ref);
	const float box[8] = { x, y, x + w, y, x + w, y + h, x, y + h };
	for (int i = 0; i < 8; i++) quad[i] = box[i];
}

static int overlay_text(struct buf *svg, int width, int height, const struct patient *p, const struct shot *s,
	float quad[8], struct err *e) {
	svg_open(svg, width, height);
	if (s->bears == BEARS_CARD) card(svg, width, height, p, quad);
	if (s->bears == BEARS_STAMP) stamp(svg, width, height, s, quad);
	if (s->bears == BEARS_LABEL) label(svg, width, height, p, quad);
	buf_str(svg, "</svg>");
	return buf_check(svg, "the overlay", e);
}

int overlay_draw(uint8_t *rgb, int width, int height, const struct patient *p, const struct shot *s, struct err *e) {
	struct buf svg auto_buf;
	float quad[8];
	buf_init(&svg, 1 << 16);
	if (overlay_text(&svg, width, height, p, s, quad, e)) return -1;
	return render_overlay(rgb, width, height, &svg, e);
}

int overlay_place(
	int width, int height, const struct patient *p, const struct shot *s, float quad[8], struct err *e) {
	struct buf svg auto_buf;
	buf_init(&svg, 1 << 16);
	return overlay_text(&svg, width, height, p, s, quad, e);
}
