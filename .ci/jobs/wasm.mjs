// Runs the toy in WebAssembly and prints its outcome hash: node wasm.mjs FILE PATHS SEED
import { readFileSync } from "node:fs";

const [file, paths, seed] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(file), {});
const hash = BigInt.asUintN(64, instance.exports.toy_hash(Number(paths), Number(seed)));
console.log(`wasm ${hash.toString(16).padStart(16, "0")}`);
