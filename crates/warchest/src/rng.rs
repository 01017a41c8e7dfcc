//! A draw is a pure function of (seed, path, quarter, entity name, shock name).
//!
//! Seed and names are hashed into the 64-bit key of a Philox4x32-10 generator (Salmon, Moraes,
//! Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11); path, quarter and
//! an index are its counter. Nothing is consumed in sequence, so threads, shards, resumes and
//! entities added later change no other draw.
//!
//! Parameters of a path are drawn in double precision. The noise of its quarters, of which a run
//! needs a thousand times more, is drawn in single precision, four quarters to a block of the
//! generator: within 3e-6 of Box and Muller's formula at a uniform of 24 bits, up to 6.7 standard
//! deviations.

use crate::multiversion;
use crate::numerics::lanes::each;

/// The stream of draws of one (seed, entity, shock).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream(u64);

const WEYL: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const MULTIPLIER: [u32; 2] = [0xd251_1f53, 0xcd9e_8d57];

/// One block of Philox4x32-10: four 32-bit words from a counter and a key.
#[inline(always)]
fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let two = |state| round(round(state));
    // Written out: a loop over paths is vectorised when no other loop is in it.
    two(two(two(two(two((counter, key)))))).0
}

/// One round of Philox, and the key of the next one.
#[inline(always)]
fn round((x, k): ([u32; 4], [u32; 2])) -> ([u32; 4], [u32; 2]) {
    let a = u64::from(x[0]) * u64::from(MULTIPLIER[0]);
    let b = u64::from(x[2]) * u64::from(MULTIPLIER[1]);
    let mixed =
        [(b >> 32) as u32 ^ x[1] ^ k[0], b as u32, (a >> 32) as u32 ^ x[3] ^ k[1], a as u32];
    (mixed, [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])])
}

/// Uniform in (0, 1] with 52 bits, from two words.
#[inline(always)]
fn uniform(high: u32, low: u32) -> f64 {
    let bits = (u64::from(high) << 32 | u64::from(low)) >> 12;
    2.0 - f64::from_bits(0x3ff0_0000_0000_0000 | bits)
}

/// Two independent standard normals from two uniforms (Box and Muller 1958), within 1e-12.
///
/// Polynomials of this section are two terms shorter than those of `numerics::elementary`: a
/// draw needs the same bits everywhere, not the last bit.
#[inline(always)]
fn box_muller(u: f64, v: f64) -> (f64, f64) {
    let radius = (-2.0 * ln_uniform(u)).sqrt();
    let (sin, cos) = turn(v);
    (radius * cos, radius * sin)
}

/// Logarithm of a uniform in [2^-52, 1]: no special values; absolute error 1e-14.
#[inline(always)]
fn ln_uniform(u: f64) -> f64 {
    // ln((1+s)/(1−s))/s in s², |s| ≤ 0.1716, error 5e-14 of s.
    const R: [f64; 6] = [
        1.999_999_999_999_947_2,
        0.666_666_666_795_923_7,
        0.399_999_948_876_667_3,
        0.285_721_665_991_837_6,
        0.221_742_300_953_767_37,
        0.196_083_949_880_862,
    ];
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    let bits = u.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF);
    let k = f64::from_bits(0x4330_0000_0000_0000 | (bits >> 52)) - 4_503_599_627_371_519.0;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let zz = z * z;
    let r = (R[0] + R[1] * z) + zz * ((R[2] + R[3] * z) + zz * (R[4] + R[5] * z));
    k * std::f64::consts::LN_2 + s * r
}

/// Sine and cosine of `u` turns, 0 ≤ `u` ≤ 1; absolute error 6e-14.
#[inline(always)]
fn turn(u: f64) -> (f64, f64) {
    // sin(2πr)/r and cos(2πr) in r², |r| ≤ 1/8.
    const S: [f64; 6] = [
        6.283_185_307_179_56,
        -41.341_702_240_275_78,
        81.605_249_183_483_93,
        -76.705_834_458_451_29,
        42.055_569_255_944_99,
        -14.916_565_118_819_118,
    ];
    const C: [f64; 6] = [
        0.999_999_999_999_944_4,
        -19.739_208_801_922_548,
        64.939_393_831_348_31,
        -85.456_764_937_194_07,
        60.238_183_593_014_54,
        -26.058_123_753_882_793,
    ];
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = u * 4.0 + ROUND;
    let r = u - (shifted - ROUND) * 0.25;
    let z = r * r;
    let zz = z * z;
    let s = r * ((S[0] + S[1] * z) + zz * ((S[2] + S[3] * z) + zz * (S[4] + S[5] * z)));
    let c = (C[0] + C[1] * z) + zz * ((C[2] + C[3] * z) + zz * (C[4] + C[5] * z));
    let quarters = shifted.to_bits();
    let (sin, cos) = if quarters & 1 == 1 { (c, s) } else { (s, c) };
    // Quarters 2 and 3 turn the sign of the sine; 1 and 2 that of the cosine.
    let sin_sign = (quarters & 2) << 62;
    let cos_sign = (quarters.wrapping_add(1) & 2) << 62;
    (f64::from_bits(sin.to_bits() ^ sin_sign), f64::from_bits(cos.to_bits() ^ cos_sign))
}

/// Four independent standard normals from four words, in single precision.
#[inline(always)]
fn four_normals([a, b, c, d]: [u32; 4]) -> [f32; 4] {
    let (r, s) = (radius(a), radius(c));
    let ((sin_b, cos_b), (sin_d, cos_d)) = (turn_of_word(b), turn_of_word(d));
    [r * cos_b, r * sin_b, s * cos_d, s * sin_d]
}

/// `√(−2 ln u)` at `u = (word + ½)/2^32`; relative error 4e-7.
#[inline(always)]
fn radius(word: u32) -> f32 {
    // ln((1+s)/(1−s))/s in s², |s| ≤ 0.1716, error 1.4e-9 of s.
    const R: [f32; 4] = [2.0, 0.666_668_2, 0.399_747_55, 0.299_265_7];
    const SQRT_HALF: u32 = 0x3f35_04f3;
    const SCALE: f32 = 1.0 / 4_294_967_296.0;
    let u = (word as f32 + 0.5) * SCALE;
    let bits = u.to_bits().wrapping_add(0x3f80_0000 - SQRT_HALF);
    let k = (bits >> 23) as i32 - 127;
    let m = f32::from_bits((bits & 0x007f_ffff) + SQRT_HALF);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let r = (R[0] + R[1] * z) + (z * z) * (R[2] + R[3] * z);
    // 0 − x, since −x would leave the sign of a zero open.
    (0.0 - 2.0 * (k as f32 * std::f32::consts::LN_2 + s * r)).max(0.0).sqrt()
}

/// Sine and cosine of `word/2^32` turns; absolute error 4e-7.
#[inline(always)]
fn turn_of_word(word: u32) -> (f32, f32) {
    // sin(2πr)/r and cos(2πr) in r², |r| ≤ 1/8, errors 1.9e-8 and 2.8e-8.
    const S: [f32; 4] = [6.283_185_5, -41.341_663, 81.592_55, -75.402_06];
    const C: [f32; 4] = [1.0, -19.739_153, 64.921_25, -83.592_61];
    const SCALE: f32 = 1.0 / 4_294_967_296.0;
    let quarters = word.wrapping_add(1 << 29) >> 30;
    let r = word.wrapping_sub(quarters << 30) as i32 as f32 * SCALE;
    let z = r * r;
    let s = r * ((S[0] + S[1] * z) + (z * z) * (S[2] + S[3] * z));
    let c = (C[0] + C[1] * z) + (z * z) * (C[2] + C[3] * z);
    let (sin, cos) = if quarters & 1 == 1 { (c, s) } else { (s, c) };
    // Quarters 2 and 3 turn the sign of the sine; 1 and 2 that of the cosine.
    let sin_sign = (quarters & 2) << 30;
    let cos_sign = (quarters.wrapping_add(1) & 2) << 30;
    (f32::from_bits(sin.to_bits() ^ sin_sign), f32::from_bits(cos.to_bits() ^ cos_sign))
}

impl Stream {
    /// The stream of shock `shock` of entity `entity` under `seed`.
    pub fn new(seed: u64, entity: &str, shock: &str) -> Stream {
        // FNV-1a over the names (a zero byte between them), then the splitmix64 finaliser
        // with the seed mixed in before and after.
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in entity.bytes().chain([0]).chain(shock.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Stream(mix(mix(hash) ^ mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }

    #[inline(always)]
    fn key(self) -> [u32; 2] {
        [self.0 as u32, (self.0 >> 32) as u32]
    }

    /// Two uniforms in (0, 1] of a path: `index` counts the draws of this stream on a path.
    #[inline(always)]
    pub fn uniforms(self, path: u64, index: u32) -> (f64, f64) {
        let [a, b, c, d] = philox([path as u32, (path >> 32) as u32, index, 0], self.key());
        (uniform(a, b), uniform(c, d))
    }

    /// Two independent standard normals of a path.
    #[inline(always)]
    pub fn normals(self, path: u64, index: u32) -> (f64, f64) {
        let (u, v) = self.uniforms(path, index);
        box_muller(u, v)
    }

    /// The standard normal of one quarter of a path, in single precision.
    #[inline(always)]
    pub fn normal(self, path: u64, quarter: u32) -> f64 {
        f64::from(four_normals(self.words(path, quarter >> 2))[(quarter & 3) as usize])
    }

    /// Words for quarterly noise; block `index` is no block of [`Stream::uniforms`].
    #[inline(always)]
    fn words(self, path: u64, index: u32) -> [u32; 4] {
        philox([path as u32, (path >> 32) as u32, index, 1], self.key())
    }

    /// The uniform in (0, 1] of one quarter of a path.
    #[inline(always)]
    pub fn uniform(self, path: u64, quarter: u32) -> f64 {
        let (even, odd) = self.uniforms(path, quarter >> 1);
        if quarter & 1 == 0 { even } else { odd }
    }
}

#[inline(always)]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number per path, one row per stream.
pub type Bank<const L: usize> = Vec<[f32; L]>;

multiversion! {
    /// Standard normals of the `L` paths from `path` on, for the quarters `4·index .. 4·index + 4`
    /// (one bank each), one row per stream: `banks[q][i][l]` equals
    /// `streams[i].normal(path + l, 4·index + q)`. The banks have a row for every stream.
    pub fn normals_of_paths<const L: usize>(
        streams: &[Stream],
        path: u64,
        index: u32,
        banks: &mut [Bank<L>; 4],
    ) {
        let [a, b, c, d] = banks;
        let rows = a.iter_mut().zip(b).zip(c.iter_mut().zip(d));
        for (stream, ((a, b), (c, d))) in streams.iter().zip(rows) {
            [*a, *b, *c, *d] = fours(*stream, path, index);
        }
    }
}

/// A standard normal of one quarter on each of the `L` paths from `path` on; for kernels of
/// [`multiversion!`].
#[inline(always)]
pub fn normal_by_path<const L: usize>(stream: Stream, path: u64, quarter: u32) -> [f64; L] {
    let four = fours::<L>(stream, path, quarter >> 2);
    let one = &four[(quarter & 3) as usize];
    each(|l| f64::from(one[l]))
}

/// A Student t with 3 degrees of freedom of one quarter on each of the `L` paths from `path` on:
/// a normal over the root of the mean of three squares.
#[inline(always)]
pub fn student_3_by_path<const L: usize>(stream: Stream, path: u64, quarter: u32) -> [f64; L] {
    let [a, b, c, d] = fours::<L>(stream, path, quarter);
    let wide = f64::from;
    each(|l| {
        let (b, c, d) = (wide(b[l]), wide(c[l]), wide(d[l]));
        wide(a[l]) / ((b * b + c * c + d * d) / 3.0).sqrt()
    })
}

/// Four independent normals on each of the `L` paths from `path` on.
#[inline(always)]
fn fours<const L: usize>(stream: Stream, path: u64, index: u32) -> [[f32; L]; 4] {
    // Two loops: each is short enough for the processor to run several turns at once.
    let mut words = [[0; L]; 4];
    for l in 0..L {
        [words[0][l], words[1][l], words[2][l], words[3][l]] = stream.words(path + l as u64, index);
    }
    let mut out = [[0.0; L]; 4];
    for l in 0..L {
        [out[0][l], out[1][l], out[2][l], out[3][l]] =
            four_normals([words[0][l], words[1][l], words[2][l], words[3][l]]);
    }
    out
}

multiversion! {
    /// Uniforms in (0, 1], laid out as in [`normals_of_paths`].
    pub fn uniforms_of_paths<const L: usize>(
        streams: &[Stream],
        path: u64,
        pair: u32,
        even: &mut [[f64; L]],
        odd: &mut [[f64; L]],
    ) {
        for ((stream, even), odd) in streams.iter().zip(even).zip(odd) {
            for l in 0..L {
                let (a, b) = stream.uniforms(path + l as u64, pair);
                even[l] = a;
                odd[l] = b;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::lanes::Isa;

    /// Known-answer vectors published with Random123 (Salmon et al. 2011), philox4x32-10.
    #[test]
    fn philox_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn every_instruction_set_gives_the_scalar_bits() {
        let streams: Vec<Stream> =
            (0..5).map(|i| Stream::new(7, "firm", &format!("s{i}"))).collect();
        for isa in Isa::available() {
            let mut banks = [(); 4].map(|()| vec![[0.0; 16]; 5]);
            normals_of_paths(isa, &streams, 1000, 3, &mut banks);
            for (quarter, bank) in (12..).zip(&banks) {
                for (stream, row) in streams.iter().zip(bank) {
                    for (path, &found) in (1000..).zip(row) {
                        let expected = stream.normal(path, quarter);
                        assert_eq!(f64::from(found).to_bits(), expected.to_bits());
                    }
                }
            }
        }
    }

    proptest::proptest! {
        /// Against the formula in another library's functions.
        #[test]
        fn box_muller_is_what_it_says(u in 1e-15..1.0f64, v in 0.0..1.0f64) {
            let radius = (-2.0 * libm::log(u)).sqrt();
            let angle = std::f64::consts::TAU * v;
            let (a, b) = box_muller(u, v);
            proptest::prop_assert!((a - radius * libm::cos(angle)).abs() < 2e-12);
            proptest::prop_assert!((b - radius * libm::sin(angle)).abs() < 2e-12);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(20_000))]

        /// Against the formula in another library's functions and double precision, at the
        /// uniform rounded to single precision.
        #[test]
        fn quarterly_noise_is_what_it_says(a: u32, b: u32, c: u32, d: u32, small in 0..33u32) {
            let a = a.checked_shr(small).unwrap_or(0);
            let found = four_normals([a, b, c, d]);
            for (at, (radial, angular)) in [(a, b), (c, d)].into_iter().enumerate() {
                let u = f64::from((radial as f32 + 0.5) / 4_294_967_296.0);
                let radius = (-2.0 * libm::log(u)).sqrt();
                let angle = std::f64::consts::TAU * f64::from(angular) / 4_294_967_296.0;
                let expected = [radius * libm::cos(angle), radius * libm::sin(angle)];
                for (found, expected) in found[2 * at..].iter().zip(expected) {
                    let error = (f64::from(*found) - expected).abs();
                    proptest::prop_assert!(error < 4e-7 * (1.0 + radius), "{error:e} {radius}");
                }
            }
        }
    }

    /// Counts beyond 1 to 5 standard deviations, of each of the four quarters of a block, within
    /// 4 standard errors of twice the tail of the normal law.
    #[test]
    fn quarterly_noise_has_normal_tails() {
        let streams = [Stream::new(11, "market", "demand")];
        let (mut banks, groups) = ([(); 4].map(|()| vec![[0.0; 32]; 1]), 30_000u64);
        let mut beyond = [[0u64; 5]; 4];
        for group in 0..groups {
            normals_of_paths(Isa::best(), &streams, 32 * group, 5, &mut banks);
            for (counts, bank) in beyond.iter_mut().zip(&banks) {
                for z in bank[0] {
                    for (k, count) in (1u8..).zip(counts.iter_mut()) {
                        *count += u64::from(z.abs() > f32::from(k));
                    }
                }
            }
        }
        let n = 32.0 * groups as f64;
        for counts in beyond {
            for (k, count) in (1u8..).zip(counts) {
                let expected = n * libm::erfc(f64::from(k) / std::f64::consts::SQRT_2);
                let error = expected.sqrt().max(1.0);
                assert!((count as f64 - expected).abs() <= 4.0 * error, "{k}: {count} {expected}");
            }
        }
    }

    /// Mean, variance, skewness, kurtosis and serial products within 4 standard errors.
    #[test]
    fn normals_have_normal_moments() {
        let stream = Stream::new(1, "market", "demand");
        let n = 200_000u64;
        let mut moments = [0.0; 5];
        for path in 0..n {
            let (a, b) = (stream.normal(path, 0), stream.normal(path, 1));
            for (k, value) in [a, a * a, a * a * a, a * a * a * a, a * b].iter().enumerate() {
                moments[k] += value / n as f64;
            }
        }
        let expected = [(0.0, 1.0), (1.0, 2.0), (0.0, 15.0), (3.0, 96.0), (0.0, 1.0)];
        for (found, (mean, variance)) in moments.iter().zip(expected) {
            let error = (variance / n as f64).sqrt();
            assert!((found - mean).abs() <= 4.0 * error, "{moments:?}");
        }
    }

    #[test]
    fn names_and_seeds_part_streams() {
        let base = Stream::new(1, "a", "b");
        for other in [Stream::new(2, "a", "b"), Stream::new(1, "b", "a"), Stream::new(1, "ab", "")]
        {
            assert_ne!(base, other);
            assert_ne!(base.uniform(0, 0), other.uniform(0, 0));
        }
        assert_eq!(base, Stream::new(1, "a", "b"));
    }
}
