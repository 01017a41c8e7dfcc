//! Joint paths of a forecast, many at a time.

use super::forecast::{Noise, Part, Predictive};
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lanes::Isa;
use crate::numerics::special::{gamma_quantile, ln_gamma, normal_cdf, normal_pdf};
use crate::rng::Stream;

/// Paths drawn side by side.
const LANES: usize = 16;

/// `ln √(df/χ²(df))` as a function of a standard normal of the same rank: cubic between nodes a
/// sixteenth apart on `[−7, 7]` (a normal beyond has probability 3e-12 and counts as the end).
#[derive(Clone, Debug, PartialEq)]
struct Scale {
    value: Vec<f64>,
    slope: Vec<f64>,
}

const SCALE_END: f64 = 7.0;
const SCALE_STEP: f64 = 1.0 / 16.0;

impl Scale {
    fn new(df: f64) -> Scale {
        let nodes = (2.0 * SCALE_END / SCALE_STEP) as usize + 1;
        if df > 1e9 {
            return Scale { value: vec![0.0; nodes], slope: vec![0.0; nodes] };
        }
        let a = 0.5 * df;
        let norm = ln_gamma(a);
        let (mut value, mut slope) = (Vec::with_capacity(nodes), Vec::with_capacity(nodes));
        for i in 0..nodes {
            let z = SCALE_STEP * i as f64 - SCALE_END;
            let g = gamma_quantile(a, normal_cdf(z));
            value.push(0.5 * ln(a / g));
            // d ln g/dz from the densities; halved, negative, and per node.
            let density = exp(a * ln(g) - g - norm);
            slope.push(-0.5 * SCALE_STEP * normal_pdf(z) / density);
        }
        Scale { value, slope }
    }

    #[inline(always)]
    fn ln_at(&self, z: f64) -> f64 {
        let z = if z > SCALE_END - 1e-9 { SCALE_END - 1e-9 } else { z };
        let z = if z < -SCALE_END { -SCALE_END } else { z };
        let at = (z + SCALE_END) * (1.0 / SCALE_STEP);
        let k = at as usize;
        let t = at - k as f64;
        let (p, q) = (self.value[k], self.value[k + 1]);
        let (dp, dq) = (self.slope[k], self.slope[k + 1]);
        let bend = 3.0 * (q - p) - 2.0 * dp - dq;
        let twist = dp + dq - 2.0 * (q - p);
        p + t * (dp + t * (bend + t * twist))
    }
}

/// One law of the forecast, ready to draw.
#[derive(Clone, Debug, PartialEq)]
struct Law {
    last: f64,
    mean: [f64; 3],
    /// Cholesky factor of the spread: drift; slope on drift, slope; level on both, level.
    factor: [f64; 6],
    scale: Scale,
    shock: f64,
    theta: f64,
    /// Expected change of log experience after each step.
    exposure: Vec<f64>,
    /// The slope's location times the standard deviations of the rate of experience and of one
    /// step of it.
    wander: [f64; 2],
}

impl Law {
    fn new(part: &Part, steps: usize) -> Law {
        let [dd, ss, ll, ds, dl, sl] = part.spread;
        let over = |top: f64, bottom: f64| if bottom > 0.0 { top / bottom } else { 0.0 };
        let a = dd.sqrt();
        let (b, d) = (over(ds, a), over(dl, a));
        let c = (ss - b * b).max(0.0).sqrt();
        let e = over(sl - b * d, c);
        let f = (ll - d * d - e * e).max(0.0).sqrt();
        // Independent deviations are a walk that takes every step back.
        let (sigma2, theta) = match part.noise {
            Noise::Walk { sigma2, theta } => (sigma2, theta),
            Noise::White { sigma2 } => (sigma2, -1.0),
        };
        let [rate, step] = part.wander();
        Law {
            last: part.last,
            mean: part.mean,
            factor: [a, b, c, d, e, f],
            scale: Scale::new(part.law.df()),
            shock: sigma2.sqrt(),
            theta,
            exposure: (1..=steps).map(|k| part.exposure(k as f64).0).collect(),
            wander: [part.mean[1] * rate.sqrt(), part.mean[1] * step.sqrt()],
        }
    }

    /// Drift, slope and level of one path of scale `w`.
    #[inline(always)]
    fn coefficients(&self, w: f64, x: f64, y: f64, z: f64) -> [f64; 3] {
        let [a, b, c, d, e, f] = self.factor;
        [
            self.mean[0] + w * (a * x),
            self.mean[1] + w * (b * x + c * y),
            self.last + self.mean[2] + w * (d * x + e * y + f * z),
        ]
    }
}

/// Draws joint paths of a forecast.
///
/// Path `p` of a seed is the same whoever draws it and in whatever company. At every step the
/// paths have the marginal that [`Predictive::at`] states; over the steps they share drift,
/// slope, volatility and the echo of the shocks. Experience that is a random walk wanders with
/// the path, times the location of the slope, as in the marginal.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    steps: usize,
    first: Law,
    second: Option<(f64, Law)>,
}

struct Streams {
    kind: Stream,
    law: Stream,
    noise: Stream,
    experience: Stream,
}

type Lanes = [f64; LANES];

/// What sixteen paths know before their first step.
struct Start {
    /// Whether the path follows the second law.
    pick: [bool; LANES],
    drift: Lanes,
    slope: Lanes,
    level: Lanes,
    shock: Lanes,
    theta: Lanes,
    wander: Lanes,
}

#[inline(always)]
fn start(of: &Sampler, streams: &Streams, path: u64) -> Start {
    let zero = [0.0; LANES];
    let (mut x, mut y, mut z, mut rank, mut scale) = (zero, zero, zero, zero, zero);
    for l in 0..LANES {
        (x[l], y[l]) = streams.law.normals(path + l as u64, 0);
    }
    for l in 0..LANES {
        (z[l], rank[l]) = streams.law.normals(path + l as u64, 1);
    }
    let mut pick = [false; LANES];
    if let Some((weight, _)) = &of.second {
        for l in 0..LANES {
            pick[l] = streams.kind.uniforms(path + l as u64, 0).0 <= *weight;
        }
    }
    for l in 0..LANES {
        scale[l] = of.law(pick[l]).scale.ln_at(rank[l]);
    }
    for l in 0..LANES {
        scale[l] = exp(scale[l]);
    }
    let (mut drift, mut slope, mut level) = (zero, zero, zero);
    let (mut shock, mut theta, mut wander) = (zero, zero, zero);
    for l in 0..LANES {
        let (law, w) = (of.law(pick[l]), scale[l]);
        [drift[l], slope[l], level[l]] = law.coefficients(w, x[l], y[l], z[l]);
        (shock[l], theta[l], wander[l]) = (w * law.shock, law.theta, w * law.wander[1]);
        if of.wanders() {
            let rate = w * law.wander[0];
            drift[l] += rate * streams.experience.normals(path + l as u64, u32::MAX).0;
        }
    }
    Start { pick, drift, slope, level, shock, theta, wander }
}

multiversion! {
    /// Sixteen paths from `path` on: `out[l·steps + k]` is path `path + l` after `k + 1` steps,
    /// its log cost or its cost.
    fn block(of: &Sampler, streams: &Streams, path: u64, cost: bool, out: &mut [f64]) {
        let zero = [0.0; LANES];
        let Start { pick, drift, slope, mut level, shock, theta, wander } =
            start(of, streams, path);
        let mut before = zero;
        for pair in 0..of.steps.div_ceil(2) {
            let (mut normals, mut grown) = ([zero; 2], [zero; 2]);
            for l in 0..LANES {
                let (a, b) = streams.noise.normals(path + l as u64, pair as u32);
                (normals[0][l], normals[1][l]) = (a, b);
            }
            if of.wanders() {
                for l in 0..LANES {
                    let (a, b) = streams.experience.normals(path + l as u64, pair as u32);
                    (grown[0][l], grown[1][l]) = (a, b);
                }
            }
            for half in 0..(of.steps - 2 * pair).min(2) {
                let k = 2 * pair + half;
                let exposure = of.exposures(k);
                let mut row = zero;
                for l in 0..LANES {
                    let now = shock[l] * normals[half][l];
                    level[l] += now + theta[l] * before[l] + drift[l];
                    level[l] += wander[l] * grown[half][l];
                    before[l] = now;
                    let s = if pick[l] { exposure[1] } else { exposure[0] };
                    row[l] = level[l] + slope[l] * s;
                }
                if cost {
                    for l in 0..LANES {
                        row[l] = exp(row[l]);
                    }
                }
                for (path, value) in out.chunks_exact_mut(of.steps).zip(row) {
                    path[k] = value;
                }
            }
        }
    }
}

impl Predictive {
    /// Draws joint paths of 1, 2, ... `steps` steps.
    pub fn sampler(&self, steps: usize) -> Sampler {
        let second = self.second.as_ref().map(|second| (second.0, Law::new(&second.1, steps)));
        Sampler { steps, first: Law::new(&self.first, steps), second }
    }
}

impl Sampler {
    #[inline(always)]
    fn wanders(&self) -> bool {
        self.first.wander != [0.0; 2]
            || self.second.as_ref().is_some_and(|second| second.1.wander != [0.0; 2])
    }

    #[inline(always)]
    fn law(&self, second: bool) -> &Law {
        match &self.second {
            Some((_, law)) if second => law,
            _ => &self.first,
        }
    }

    #[inline(always)]
    fn exposures(&self, k: usize) -> [f64; 2] {
        let second = self.second.as_ref().map_or(0.0, |second| second.1.exposure[k]);
        [self.first.exposure[k], second]
    }

    /// Log costs of `count` paths of `seed` from path `start` on, one row of `steps` a path.
    pub fn log_costs(&self, seed: u64, start: u64, count: usize) -> Vec<f64> {
        let mut out = vec![0.0; count * self.steps];
        self.fill(seed, start, false, &mut out);
        out
    }

    /// Costs of `count` paths of `seed` from path `start` on, one row of `steps` a path.
    pub fn costs(&self, seed: u64, start: u64, count: usize) -> Vec<f64> {
        let mut out = vec![0.0; count * self.steps];
        self.costs_into(seed, start, &mut out);
        out
    }

    /// As [`Sampler::costs`], as many whole rows as fit in `out`.
    pub fn costs_into(&self, seed: u64, start: u64, out: &mut [f64]) {
        self.fill(seed, start, true, out);
    }

    fn fill(&self, seed: u64, start: u64, cost: bool, out: &mut [f64]) {
        if self.steps == 0 {
            return;
        }
        // Enough rows for a thread to be worth waking, few enough to stay in its cache.
        let rows = 64 * LANES;
        let run = |(chunk, out): (usize, &mut [f64])| {
            self.fill_chunk(seed, start + (chunk * rows) as u64, cost, out);
        };
        if out.len() <= rows * self.steps {
            return run((0, out));
        }
        #[cfg(feature = "parallel")]
        {
            use rayon::prelude::*;
            out.par_chunks_mut(rows * self.steps).enumerate().for_each(run);
        }
        #[cfg(not(feature = "parallel"))]
        out.chunks_mut(rows * self.steps).enumerate().for_each(run);
    }

    fn fill_chunk(&self, seed: u64, start: u64, cost: bool, out: &mut [f64]) {
        let isa = Isa::best();
        let stream = |shock: &str| Stream::new(seed, "curve", shock);
        let streams = Streams {
            kind: stream("kind"),
            law: stream("law"),
            noise: stream("noise"),
            experience: stream("experience"),
        };
        // Rows are put together in cache and copied out in order.
        let mut near = vec![0.0; LANES * self.steps];
        for (at, rows) in out.chunks_mut(LANES * self.steps).enumerate() {
            let path = start + (at * LANES) as u64;
            block(isa, self, &streams, path, cost, &mut near);
            rows.copy_from_slice(&near[..rows.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between nodes the table is the quantile function to 1e-7.
    #[test]
    fn the_scale_is_a_chi_square() {
        for df in [1.7, 4.0, 33.0] {
            let scale = Scale::new(df);
            for i in 0..400 {
                let z = -5.99 + 0.03 * f64::from(i);
                let g = gamma_quantile(0.5 * df, normal_cdf(z));
                let wanted = (0.5 * df / g).sqrt();
                assert!((exp(scale.ln_at(z)) / wanted - 1.0).abs() < 1e-6, "{df} {z}");
            }
            // Twin: a step of a thousandth is seen.
            let g = gamma_quantile(0.5 * df, normal_cdf(0.5));
            assert!((exp(scale.ln_at(0.501)) / (0.5 * df / g).sqrt() - 1.0).abs() > 1e-6);
        }
    }
}
