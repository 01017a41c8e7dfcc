//! The draws of a group of paths: banks of quarterly noise, parameters, rare events.

use crate::numerics::elementary::exp;
use crate::numerics::lanes::{Isa, Rows};
use crate::numerics::special::{StudentT, beta_quantile, normal_cdf, normal_quantile};
use crate::rng::{Bank, Stream, normals_of_paths, uniforms_of_paths};
use crate::simulate::plan::{Plan, Slot, convert, fixed};
use crate::world::{Dist, ParamId, Per};

/// Quarter index under which per-path draws are made.
const PER_PATH: u32 = u32::MAX - 1;

/// Normals of the current four quarters and uniforms of the current two, one row per stream of the plan.
#[derive(Clone, Debug)]
pub struct Draws<const L: usize> {
    normals: [Bank<L>; 4],
    uniforms: [Rows<L>; 2],
    quarter: u32,
}

impl<const L: usize> Draws<L> {
    /// Room for the plan's streams.
    pub fn new(plan: &Plan) -> Draws<L> {
        let normals = vec![[0.0; L]; plan.normals.len()];
        let uniforms = Rows::zeros(plan.uniforms.len());
        Draws {
            normals: [normals.clone(), normals.clone(), normals.clone(), normals],
            uniforms: [uniforms.clone(), uniforms],
            quarter: 0,
        }
    }

    /// Turns to a quarter, which must follow the one before (or be 0).
    pub fn turn(&mut self, isa: Isa, plan: &Plan, path: u64, quarter: u32) {
        self.quarter = quarter;
        if quarter & 3 == 0 {
            normals_of_paths(isa, &plan.normals, path, quarter >> 2, &mut self.normals);
        }
        if quarter & 1 == 0 && !plan.uniforms.is_empty() {
            let [even, odd] = &mut self.uniforms;
            uniforms_of_paths(isa, &plan.uniforms, path, quarter >> 1, even, odd);
        }
    }

    /// Standard normals of a slot, if the world has that noise.
    #[inline(always)]
    pub fn normal(&self, slot: Slot) -> Option<&[f32; L]> {
        slot.map(|row| &self.normals[(self.quarter & 3) as usize][row])
    }

    /// Uniforms of a slot, if the world has that event.
    #[inline(always)]
    pub fn uniform(&self, slot: Slot) -> Option<&[f64; L]> {
        slot.map(|row| &self.uniforms[(self.quarter & 1) as usize][row])
    }
}

/// The current value of every parameter of the world in the engine's units, by lane.
#[derive(Clone, Debug)]
pub struct Values<const L: usize> {
    rows: Rows<L>,
    /// Row of each parameter.
    row: Vec<u32>,
}

impl<const L: usize> std::ops::Index<ParamId> for Values<L> {
    type Output = [f64; L];
    #[inline(always)]
    fn index(&self, id: ParamId) -> &[f64; L] {
        &self.rows[self.row[id.0 as usize] as usize]
    }
}

impl<const L: usize> Values<L> {
    /// Known numbers filled in, the others zero until drawn.
    pub fn new(plan: &Plan) -> Values<L> {
        let row = plan.value_rows();
        let count = row.iter().max().map_or(0, |&most| most as usize + 1);
        let mut rows = Rows::zeros(count);
        for (param, &at) in plan.world.params.iter().zip(&row) {
            rows[at as usize] = [fixed(param).unwrap_or(0.0); L];
        }
        Values { rows, row }
    }

    /// Draws what is drawn once per path, copulas included.
    pub fn draw_path(&mut self, plan: &Plan, path: u64) {
        let world = plan.world;
        for &id in &plan.per_path {
            let stream = Stream::new(plan.seed, &world.param(id).name, "value");
            for l in 0..L {
                let (z, _) = stream.normals(path + l as u64, PER_PATH);
                self.set(plan, id, l, z);
            }
        }
        for group in &world.correlations {
            let n = group.params.len();
            let stream = |id| Stream::new(plan.seed, &world.param(id).name, "value");
            for l in 0..L {
                let free: Vec<f64> = group
                    .params
                    .iter()
                    .map(|&id| stream(id).normals(path + l as u64, PER_PATH).0)
                    .collect();
                for (row, &id) in group.params.iter().enumerate() {
                    if fixed(world.param(id)).is_some() || world.param(id).per == Per::Quarter {
                        continue;
                    }
                    let z = (0..=row).map(|k| group.cholesky[row * n + k] * free[k]).sum();
                    self.set(plan, id, l, z);
                }
            }
        }
    }

    /// Draws what moves every quarter; `curves` holds the log change of each technology curve
    /// since the start.
    pub fn draw_quarter(&mut self, plan: &Plan, path: u64, quarter: u32, curves: &[[f64; L]]) {
        for &id in &plan.per_quarter {
            let param = plan.world.param(id);
            if let Dist::Curve(curve) = param.dist {
                for l in 0..L {
                    self.put(id, l, convert(param, curves[curve][l]));
                }
                continue;
            }
            let stream = Stream::new(plan.seed, &plan.world.param(id).name, "value");
            for l in 0..L {
                let z = stream.normal(path + l as u64, quarter);
                self.set(plan, id, l, z);
            }
        }
    }

    fn set(&mut self, plan: &Plan, id: ParamId, lane: usize, z: f64) {
        let param = plan.world.param(id);
        self.put(id, lane, convert(param, quantile_at(&param.dist, z)));
    }

    fn put(&mut self, id: ParamId, lane: usize, value: f64) {
        self.rows[self.row[id.0 as usize] as usize][lane] = value;
    }
}

/// The quantile of a distribution at probability Φ(z), in the author's units.
pub fn quantile_at(dist: &Dist, z: f64) -> f64 {
    match dist {
        Dist::Fixed(value) => *value,
        Dist::Normal { mean, sd } => mean + sd * z,
        Dist::LogNormal { mu, sigma } => exp(mu + sigma * z),
        Dist::LogitNormal { mu, sigma } => 1.0 / (1.0 + exp(-(mu + sigma * z))),
        _ => quantile(dist, normal_cdf(z)),
    }
}

/// The quantile of a distribution at probability `u` in (0, 1).
fn quantile(dist: &Dist, u: f64) -> f64 {
    match dist {
        Dist::Uniform { low, high } => low + (high - low) * u,
        Dist::Triangular { low, mode, high } => {
            let split = (mode - low) / (high - low);
            if u < split {
                low + (u * (high - low) * (mode - low)).sqrt()
            } else {
                high - ((1.0 - u) * (high - low) * (high - mode)).sqrt()
            }
        }
        Dist::StudentT { loc, scale, df } => loc + scale * StudentT::new(*df).quantile(u),
        Dist::Beta { a, b, low, high } => low + (high - low) * beta_quantile(*a, *b, u),
        Dist::Mixture(parts) => {
            let mut below = 0.0;
            for (at, (weight, part)) in parts.iter().enumerate() {
                if u <= below + weight || at + 1 == parts.len() {
                    let inner = ((u - below) / weight).clamp(1e-15, 1.0 - 1e-15);
                    return quantile(part, inner);
                }
                below += weight;
            }
            f64::NAN
        }
        other => quantile_at(other, normal_quantile(u)),
    }
}
