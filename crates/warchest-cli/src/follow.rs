//! What follows the main run: the shadow run with free funding, and stresses.

use crate::error::CliError;
use crate::session::{count, until};
use rayon::ScopeFifo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use warchest::answers::{Bisection, Estimate, Probe, Related, StressAnswer, StressFirm};
use warchest::answers::{controlled, proportion, size_means};
use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{self, LANES};
use warchest::simulate::outcome::{BLOCK, Detail, Request, Tally};
use warchest::world::{Dist, Param, ParamId, Per, Stress, Transform, World};

/// Most paths of a shadow run: its quantiles need no more.
const SHADOW_MOST: u64 = 65_536;
/// Fewest paths per size of a stress: survival near 50 % within 4.4 points (one standard
/// error).
const STRESS_LEAST: u64 = 128;
/// Paths of a run to each path per size of a stress that comes with it.
const STRESS_PART: u64 = 32;
/// Most paths per size of a stress that comes with a run.
const STRESS_MOST: u64 = 16_384;

/// Paths of the shadow run that goes with `paths`.
pub fn shadow_paths(paths: u64) -> u64 {
    whole_blocks((paths / 4).clamp(1024, SHADOW_MOST)).min(paths)
}

fn whole_blocks(paths: u64) -> u64 {
    paths.div_ceil(BLOCK) * BLOCK
}

/// What followed a main run.
#[derive(Clone, Debug, Default)]
pub struct Followed {
    /// The shadow run.
    pub shadow: Option<Tally>,
    /// The scenario's stresses.
    pub stresses: Vec<StressAnswer>,
    /// Paths per size of a stress; 0 without one.
    pub stress_paths: u64,
}

/// Runs what follows a main run, which `main` counts.
///
/// # Errors
/// A world that cannot run. None when interrupted.
pub fn all(
    world: &World,
    seed: u64,
    main: &Tally,
    interrupt: &AtomicBool,
) -> Result<Option<Followed>, CliError> {
    let budget = Budget::of_run(world, main.paths);
    let cases: Vec<_> = world.stresses.iter().map(|stress| (world, stress)).collect();
    let stresses = || -> Result<_, CliError> {
        if cases.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let Some(calm) = Calm::new(world, main, (seed, budget.paths), interrupt)? else {
            return Ok(None);
        };
        self::stresses(&cases, (seed, Some(&calm)), budget, interrupt)
    };
    let (shadow, stresses) = rayon::join(|| shadow(world, seed, main.paths, interrupt), stresses);
    let (Some(shadow), Some(stresses)) = (shadow?, stresses?) else { return Ok(None) };
    let stress_paths = if stresses.is_empty() { 0 } else { budget.paths };
    Ok(Some(Followed { shadow: Some(shadow), stresses, stress_paths }))
}

/// The shadow run: every shortfall is filled.
///
/// # Errors
/// A world that cannot run. None when interrupted.
fn shadow(
    world: &World,
    seed: u64,
    paths: u64,
    interrupt: &AtomicBool,
) -> Result<Option<Tally>, CliError> {
    let request = Request { seed, detail: Detail::Rows, audit: false, free_funding: true };
    Ok(count(world, &request, shadow_paths(paths), interrupt)?.map(|part| part.tally))
}

/// How much a stress may cost.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Paths per size.
    pub paths: u64,
    /// Sizes tried beyond the grid.
    pub probes: usize,
    /// Width of a bracket, in the range of the grid, that is narrow enough.
    pub tolerance: f64,
}

impl Budget {
    /// For the stresses that come with a run: all together half the paths of the run, but at
    /// least one in [`STRESS_PART`] a size, so that more paths sharpen every breaking point, and
    /// [`STRESS_LEAST`]. The interval of a breaking point carries what that leaves unknown;
    /// `warchest stress` takes more.
    pub fn of_run(world: &World, paths: u64) -> Budget {
        let probes = 4;
        let sizes: usize = world.stresses.iter().map(|stress| stress.sizes.len() + probes).sum();
        let share = (paths / (2 * sizes.max(1) as u64)).max(paths / STRESS_PART);
        let share = share.clamp(STRESS_LEAST, STRESS_MOST);
        let share = share.next_multiple_of(LANES as u64).min(paths);
        Budget { paths: share, probes, tolerance: 0.02 }
    }
}

/// The world with one stress at one size.
pub fn stressed(world: &World, stress: &Stress, size: f64) -> World {
    let mut world = world.clone();
    let id = ParamId(world.params.len() as u32);
    world.params.push(Param {
        name: format!("stress.{}.size", stress.name),
        dist: Dist::Fixed(size),
        per: Per::Path,
        transform: Transform::Scale(1.0),
        bounds: (f64::NEG_INFINITY, f64::INFINITY),
    });
    let mut shock = stress.shock.clone();
    shock.size = id;
    world.shocks.push(shock);
    world
}

/// Who survives on which path: by firm, one bit a path.
type Survivors = Vec<Vec<u64>>;

/// Survivors of the first `paths` paths of a world. None when interrupted.
fn survivors(
    world: &World,
    seed: u64,
    paths: u64,
    interrupt: &AtomicBool,
) -> Result<Option<Survivors>, CliError> {
    let request = Request { seed, detail: Detail::Ends, audit: false, free_funding: false };
    let mut found: Survivors = vec![Vec::new(); world.firms.len()];
    let blocks = 0..ensemble::blocks_of(paths);
    ensemble::run(world, &request, blocks, paths, Isa::best(), &mut |block| {
        for (all, bits) in found.iter_mut().zip(&block.alive) {
            all.extend(bits);
        }
        until(interrupt)
    })?;
    Ok((!interrupt.load(Ordering::Relaxed)).then_some(found))
}

fn ones<'a>(words: impl IntoIterator<Item = u64> + 'a) -> u64 {
    words.into_iter().map(|word| u64::from(word.count_ones())).sum()
}

/// The market without stress: what a stressed one is measured against, path by path.
pub struct Calm {
    /// On the paths of a stress.
    survivors: Survivors,
    /// On all paths of the main run.
    many: Vec<Estimate>,
}

impl Calm {
    /// The market of a main run that `main` counts, on its first paths. None when interrupted.
    fn new(
        world: &World,
        main: &Tally,
        (seed, paths): (u64, u64),
        interrupt: &AtomicBool,
    ) -> Result<Option<Calm>, CliError> {
        let many = main.firms.iter().map(|firm| proportion(firm.alive, main.paths)).collect();
        let survivors = survivors(world, seed, paths, interrupt)?;
        Ok(survivors.map(|survivors| Calm { survivors, many }))
    }

    /// Survival of a firm on the paths of a stress, corrected by how far the market without
    /// stress is off on them.
    fn correct(&self, f: usize, stressed: &[u64], paths: u64) -> Estimate {
        let calm = &self.survivors[f];
        let related = Related {
            hits: ones(calm.iter().copied()),
            both: ones(calm.iter().zip(stressed).map(|(a, b)| a & b)),
            many: self.many[f],
        };
        controlled(ones(stressed.iter().copied()), paths, &related)
    }
}

/// Runs stresses: the grid of each, then bisection, all under common random numbers; survival is
/// measured against that of the market without stress where that is known. Every size is a job of
/// its own on the worker threads; each answer depends on its own sizes only.
///
/// # Errors
/// A world that cannot run. None when interrupted.
pub fn stresses(
    cases: &[(&World, &Stress)],
    (seed, calm): (u64, Option<&Calm>),
    budget: Budget,
    interrupt: &AtomicBool,
) -> Result<Option<Vec<StressAnswer>>, CliError> {
    let cases: Vec<Case<'_>> = cases.iter().copied().map(Case::new).collect();
    let ask = &Ask { seed, calm, budget, interrupt, over: AtomicBool::new(false) };
    // Those that wait longest go first, so that all searches end at about the same time.
    rayon::scope_fifo(|scope| {
        for case in &cases {
            for &size in &case.stress.sizes {
                scope.spawn_fifo(move |scope| case.try_size(ask, size, scope));
            }
        }
    });
    let found = cases.into_iter().map(|case| case.answer(budget.paths));
    // Where one ended early the others may be short of sizes.
    let found: Result<Vec<_>, _> = found.collect();
    Ok(found?.into_iter().collect())
}

/// What is asked of every stress.
struct Ask<'a> {
    seed: u64,
    calm: Option<&'a Calm>,
    budget: Budget,
    interrupt: &'a AtomicBool,
    /// A size could not be tried: no other is worth it.
    over: AtomicBool,
}

/// One stress of one world.
struct Case<'a> {
    world: &'a World,
    stress: &'a Stress,
    found: Mutex<Found>,
}

/// What was found of a stress so far.
struct Found {
    bisection: Bisection,
    /// Sizes tried; those of the grid come first.
    tried: usize,
    /// Why it ended early: an error, or none when interrupted.
    ended: Option<Option<CliError>>,
}

impl<'a> Case<'a> {
    fn new((world, stress): (&'a World, &'a Stress)) -> Case<'a> {
        let found = Found { bisection: Bisection::new(&stress.sizes), tried: 0, ended: None };
        Case { world, stress, found: Mutex::new(found) }
    }

    /// Tries a size; when it is the last one that was due, has the next one of the bisection tried.
    fn try_size<'s>(&'s self, ask: &'s Ask<'s>, size: f64, scope: &ScopeFifo<'s>) {
        if ask.over.load(Ordering::Relaxed) {
            return;
        }
        let probe = self.probe(ask, size);
        let mut found = self.found();
        match probe {
            Ok(Some(probe)) => found.bisection.insert(probe),
            // The first reason stands.
            other => {
                ask.over.store(true, Ordering::Relaxed);
                found.ended.get_or_insert(other.err());
                return;
            }
        }
        found.tried += 1;
        let beyond = found.tried.checked_sub(self.stress.sizes.len());
        if beyond.is_some_and(|beyond| beyond < ask.budget.probes)
            && let Some(size) = found.bisection.next(ask.budget.tolerance)
        {
            scope.spawn_fifo(move |scope| self.try_size(ask, size, scope));
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The answer when everything was tried.
    fn answer(self, paths: u64) -> Result<Option<StressAnswer>, CliError> {
        let found = self.found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(ended) = found.ended {
            return ended.map_or(Ok(None), Err);
        }
        let sizes = &self.stress.sizes;
        let grid = found.bisection.at(sizes);
        let firm = |(k, f): (usize, usize)| StressFirm {
            name: self.world.firms[f].name.clone(),
            survival: grid.iter().map(|probe| probe.survival[k]).collect(),
            breaking: found.bisection.breaking(k),
        };
        Ok(Some(StressAnswer {
            name: self.stress.name.clone(),
            question: self.stress.question.clone(),
            size_means: size_means(self.stress.shock.kind).to_string(),
            start: self.stress.shock.start.0,
            length: self.stress.shock.length,
            sizes: sizes.clone(),
            paths,
            firms: reported(self.world).enumerate().map(firm).collect(),
        }))
    }

    /// Survival of the reported firms at one size.
    fn probe(&self, ask: &Ask<'_>, size: f64) -> Result<Option<Probe>, CliError> {
        let &Ask { seed, calm, budget, interrupt, .. } = ask;
        let found = match calm {
            // A shock of no size is no shock.
            Some(calm) if size == 0.0 => Some(calm.survivors.clone()),
            _ => {
                let world = stressed(self.world, self.stress, size);
                survivors(&world, seed, budget.paths, interrupt)?
            }
        };
        let Some(found) = found else { return Ok(None) };
        let alive = |f: usize| match calm {
            Some(calm) => calm.correct(f, &found[f], budget.paths),
            None => proportion(ones(found[f].iter().copied()), budget.paths),
        };
        Ok(Some(Probe { size, survival: reported(self.world).map(alive).collect() }))
    }
}

fn reported(world: &World) -> impl Iterator<Item = usize> {
    (0..world.firms.len()).filter(|&f| world.firms[f].reported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shock_of_no_size_is_no_shock() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/frontier-ai-2025-05.toml");
        let world = crate::disk::load(root.as_ref(), &[]).expect("it ships").world;
        let go_on = AtomicBool::new(false);
        let found = |world: &World| survivors(world, 1, 64, &go_on).expect("it runs");
        let calm = found(&world);
        for stress in &world.stresses {
            assert!(found(&stressed(&world, stress, 0.0)) == calm, "{}", stress.name);
            let all = found(&stressed(&world, stress, stress.sizes.last().copied().unwrap_or(1.0)));
            assert!(all != calm || stress.name == "open release", "{}", stress.name);
        }
    }

    #[test]
    fn more_paths_sharpen_the_stresses_too() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/frontier-ai-2025-05.toml");
        let world = crate::disk::load(root.as_ref(), &[]).expect("it ships").world;
        let each = |paths: u64| Budget::of_run(&world, paths).paths;
        assert_eq!((each(100), each(4_000), each(12_000)), (100, 128, 384));
        assert_eq!(each(4_000_000), STRESS_MOST);
    }
}
