// make_small_onnx.mjs: a network of a few kilobytes that has every operator and pattern lib/model_onnx.c knows, and what onnxruntime
// computes with it; for tests/unit/test_onnx.c and tests/fuzz/fuzz_onnx.c.
//   node make_small_onnx.mjs ../fuzz/corpus/onnx/every_operator.onnx onnx_small.bin
// The input is [1, 2, 16, 16]; input and output are written as 32-bit floats, pixels interleaved.
import fs from 'node:fs';
import ort from 'onnxruntime-node';

const varint = (n) => { const b = []; for (; n > 127; n = Math.floor(n / 128)) b.push((n % 128) | 128); b.push(n); return Buffer.from(b); };
const number = (field, n) => Buffer.concat([varint(field * 8), varint(n)]);
const bytes = (field, b) => { b = Buffer.from(b); return Buffer.concat([varint(field * 8 + 2), varint(b.length), b]); };
const float = (field, f) => { const b = Buffer.alloc(4); b.writeFloatLE(f); return Buffer.concat([varint(field * 8 + 5), b]); };
const attribute = (name, ...rest) => bytes(5, Buffer.concat([bytes(1, name), ...rest]));
const ints = (name, list) => attribute(name, ...list.map((n) => number(8, n)), number(20, 7));
const int = (name, n) => attribute(name, number(3, n), number(20, 2));
const real = (name, f) => attribute(name, float(2, f), number(20, 1));
const word = (name, s) => attribute(name, bytes(4, s), number(20, 3));

const nodes = [];
const op = (type, inputs, output, ...attributes) => {
	nodes.push(bytes(1, Buffer.concat([...inputs.map((n) => bytes(1, n)), bytes(2, output), bytes(4, type), ...attributes])));
	return output;
};
let seed = 7, count = 0;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648 - 0.5;
const constant = (dims, values) => {
	const name = `c${count++}`, n = dims.reduce((a, b) => a * b, 1), raw = Buffer.alloc(4 * n);
	for (let i = 0; i < n; i++) raw.writeFloatLE(values ? values[i] : random(), 4 * i);
	const tensor = Buffer.concat([...dims.map((d) => number(1, d)), number(2, 1), bytes(9, raw)]);
	return op('Constant', [], name, attribute('value', bytes(5, tensor), number(20, 4)));
};
const window = (kernel, stride, pad, group = 1) => [ints('dilations', [1, 1]), ints('kernel_shape', [kernel, kernel]), ints('strides', [stride, stride]),
	int('group', group), ints('pads', [pad, pad, pad, pad])];
const conv = (x, y, out, into, kernel, stride, group = 1, bias = true) =>
	op('Conv', [x, constant([out, into, kernel, kernel]), ...(bias ? [constant([out])] : [])], y, ...window(kernel, stride, kernel >> 1, group));
const affine = (x, y, scale, shift) => op('Add', [op('Mul', [constant([1], [scale]), x], `${y}m`), constant([1], [shift])], y);
const hardSwish = (x, y) => op('Div', [op('Mul', [x, op('Clip', [op('Add', [x, constant([], [3])], `${y}a`), constant([], [0]), constant([], [6])],
	`${y}c`)], `${y}p`), constant([], [6])], y);
const gate = (x, y, channels, and) => {
	conv(op('GlobalAveragePool', [x], `${y}g`), `${y}h`, channels, channels, 1, 1);
	conv(op('Relu', [`${y}h`], `${y}r`), `${y}i`, channels, channels, 1, 1);
	op('HardSigmoid', [`${y}i`], `${y}s`, real('alpha', 0.2), real('beta', 0.5));
	return and ? op('Add', [x, op('Mul', [x, `${y}s`], `${y}t`)], y) : op('Mul', [x, `${y}s`], y);
};
const resize = (x, y, by) => op('Resize', [x, constant([0]), constant([4], [1, 1, by, by])], y, word('mode', 'nearest'),
	word('coordinate_transformation_mode', 'asymmetric'), word('nearest_mode', 'floor'));
const norm = (x, y, n) => op('BatchNormalization', [x, constant([n]), constant([n]), constant([n]), constant([n], Array(n).fill(0.8))], y,
	real('epsilon', 1e-5), real('momentum', 0.9));

norm(conv('x', 'n0', 4, 2, 3, 2, 1, false), 'a0', 4); // 8 x 8
affine(hardSwish(affine(conv('a0', 'a1', 4, 1, 3, 1, 4), 'a2', 1.3, -0.2), 'a3'), 'a4', 0.7, 0.4); // its shift meets padding next
affine(conv('a4', 'b0', 4, 4, 3, 2), 'b1', 0.9, 0.1); // 4 x 4
affine(hardSwish('b1', 'b2'), 'b3', 0.8, -0.3);
gate('b3', 'b4', 4, false);
conv('b4', 'top0', 4, 4, 1, 1);
gate('top0', 'top', 4, true);
conv('a4', 'low0', 4, 4, 1, 1);
gate('low0', 'low', 4, true);
op('Add', ['low', resize('top', 'top2', 2)], 'mixed'); // 8 x 8
conv('mixed', 'p0', 2, 4, 3, 1, 1, false);
conv('top', 'q0', 3, 4, 3, 1, 1, false);
op('Concat', [resize('q0', 'q1', 2), 'p0'], 'both', int('axis', 1));
op('Relu', [norm(conv('both', 'h0', 3, 5, 3, 1, 1, false), 'h1', 3)], 'h2');
op('ConvTranspose', ['h2', constant([3, 1, 2, 2])], 'u0', ...window(2, 2, 0)); // 16 x 16
op('Sigmoid', [op('Add', ['u0', constant([1, 1, 1, 1], [0.1])], 'u1')], 'y');

const port = (field, name, channels) => bytes(field, Buffer.concat([bytes(1, name), bytes(2, bytes(1, Buffer.concat([number(1, 1), bytes(2,
	Buffer.concat([bytes(1, bytes(2, 'n')), bytes(1, number(1, channels)), bytes(1, bytes(2, 'h')), bytes(1, bytes(2, 'w'))]))])))]));
const graph = Buffer.concat([...nodes, bytes(2, 'small'), port(11, 'x', 2), port(12, 'y', 1)]);
const file = Buffer.concat([number(1, 8), bytes(7, graph), bytes(8, number(2, 11))]);
fs.writeFileSync(process.argv[2], file);

const side = 16, x = Float32Array.from({ length: 2 * side * side }, () => random() * 2);
const session = await ort.InferenceSession.create(process.argv[2]);
const out = (await session.run({ x: new ort.Tensor('float32', x, [1, 2, side, side]) })).y.data;
const golden = Buffer.alloc(4 * 3 * side * side);
for (let i = 0; i < side * side; i++) {
	for (let c = 0; c < 2; c++) golden.writeFloatLE(x[c * side * side + i], 4 * (2 * i + c));
	golden.writeFloatLE(out[i], 4 * (2 * side * side + i));
}
fs.writeFileSync(process.argv[3], golden);
console.log(`${file.length} bytes, outputs ${Math.min(...out)} to ${Math.max(...out)}`);
