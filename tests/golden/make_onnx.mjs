// make_onnx.mjs: what onnxruntime computes with the text detection model, for tests/unit/test_onnx.c and tests/bench/40_text.
//   node make_onnx.mjs MODEL golden FILE          128 x 128 grey bytes of drawn letters, then 128 x 128 outputs as 16-bit floats
//   node make_onnx.mjs MODEL time HEIGHT WIDTH    CPU milliseconds of one pass on one thread (the fastest of three after a first)
// First: npm ci --ignore-scripts, in this folder.
import fs from 'node:fs';
import ort from 'onnxruntime-node';

const [model, what, ...rest] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });

// the same normalization as src/flow/text.c, channels blue, green, red
const mean = [0.485, 0.456, 0.406], deviation = [0.229, 0.224, 0.225];
async function run(grey, height, width) {
	const n = height * width, x = new Float32Array(3 * n);
	for (let c = 0; c < 3; c++)
		for (let i = 0; i < n; i++) x[c * n + i] = (grey[i] / 255 - mean[c]) / deviation[c];
	const out = await session.run({ x: new ort.Tensor('float32', x, [1, 3, height, width]) });
	return out[session.outputNames[0]].data;
}

// 5 x 7 dots a letter, a row of dots a number
const letters = {
	D: [30, 17, 17, 17, 17, 17, 30], O: [14, 17, 17, 17, 17, 17, 14], B: [30, 17, 17, 30, 17, 17, 30],
	0: [14, 17, 19, 21, 25, 17, 14], 1: [4, 12, 4, 4, 4, 4, 14], 7: [31, 1, 2, 4, 8, 8, 8], N: [17, 25, 21, 19, 17, 17, 17],
	A: [14, 17, 17, 31, 17, 17, 17], M: [17, 27, 21, 21, 17, 17, 17], E: [31, 16, 16, 30, 16, 16, 31],
};
function draw(grey, width, text, left, top, dot, tone) {
	[...text].forEach((letter, k) => {
		for (let y = 0; y < 7 * dot; y++)
			for (let x = 0; x < 5 * dot; x++)
				if (letters[letter][Math.floor(y / dot)] >> (4 - Math.floor(x / dot)) & 1)
					grey[(top + y) * width + left + k * 6 * dot + x] = tone;
	});
}

function half(f) { // to the nearest 16-bit float; f is 0 to 1
	if (f < 2 ** -14) return Math.round(f * 2 ** 24);
	const exponent = Math.min(15, Math.floor(Math.log2(f)) + 15);
	return exponent * 1024 + Math.round((f / 2 ** (exponent - 15) - 1) * 1024);
}

if (what === 'golden') {
	const side = 128, grey = new Uint8Array(side * side);
	for (let i = 0; i < grey.length; i++) grey[i] = 170 + (i % side) / 2 + ((i * 7919) % 13);
	draw(grey, side, 'DOB071', 10, 14, 3, 30);
	draw(grey, side, 'NAME', 24, 70, 2, 90);
	draw(grey, side, 'MONA', 60, 104, 1, 20);
	const out = await run(grey, side, side), bytes = Buffer.alloc(side * side * 3);
	bytes.set(grey);
	out.forEach((f, i) => bytes.writeUInt16LE(half(f), side * side + 2 * i));
	fs.writeFileSync(rest[0], bytes);
	console.log(`largest output ${Math.max(...out)}`);
} else if (what === 'time') {
	const [height, width] = rest.map(Number), grey = new Uint8Array(height * width).fill(128);
	const times = [];
	await run(grey, height, width);
	for (let i = 0; i < 3; i++) {
		const x = new ort.Tensor('float32', new Float32Array(3 * height * width), [1, 3, height, width]);
		const before = process.cpuUsage();
		await session.run({ x });
		const used = process.cpuUsage(before);
		times.push((used.user + used.system) / 1000);
	}
	console.log(Math.min(...times).toFixed(1));
}
