//! Question: what does one exponential, one logarithm and one normal draw cost in lanes, on
//! each instruction-set path this machine can run?

use divan::{Bencher, black_box, counter::ItemsCount};
use warchest::multiversion;
use warchest::numerics::elementary;
use warchest::numerics::lanes::Isa;
use warchest::rng::{Stream, normals_of_paths, uniforms_of_paths};

const N: usize = 1024;

multiversion! {
    fn exp_all(x: &[f64], y: &mut [f64]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = elementary::exp(*x);
        }
    }
}

multiversion! {
    fn exp_bounded_all(x: &[f64], y: &mut [f64]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = elementary::exp_bounded(*x);
        }
    }
}

multiversion! {
    fn ln_all(x: &[f64], y: &mut [f64]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = elementary::ln(*x);
        }
    }
}

fn paths() -> Vec<&'static str> {
    Isa::available().into_iter().map(Isa::name).collect()
}

fn named(name: &str) -> Isa {
    Isa::available().into_iter().find(|isa| isa.name() == name).expect("listed above")
}

#[divan::bench(args = paths())]
fn exp(bencher: Bencher, isa: &str) {
    let (isa, x, mut y) = (named(isa), vec![0.7; N], vec![0.0; N]);
    bencher
        .counter(ItemsCount::new(N))
        .bench_local(|| exp_all(isa, black_box(&x), black_box(&mut y)));
}

#[divan::bench(args = paths())]
fn exp_bounded(bencher: Bencher, isa: &str) {
    let (isa, x, mut y) = (named(isa), vec![0.7; N], vec![0.0; N]);
    bencher
        .counter(ItemsCount::new(N))
        .bench_local(|| exp_bounded_all(isa, black_box(&x), black_box(&mut y)));
}

#[divan::bench(args = paths())]
fn ln(bencher: Bencher, isa: &str) {
    let (isa, x, mut y) = (named(isa), vec![0.7; N], vec![0.0; N]);
    bencher
        .counter(ItemsCount::new(N))
        .bench_local(|| ln_all(isa, black_box(&x), black_box(&mut y)));
}

#[divan::bench(args = paths())]
fn normal(bencher: Bencher, isa: &str) {
    let isa = named(isa);
    let streams: Vec<Stream> = (0..21).map(|i| Stream::new(1, "firm", &i.to_string())).collect();
    let mut banks = [(); 4].map(|()| vec![[0.0; 32]; 21]);
    bencher.counter(ItemsCount::new(21usize * 128)).bench_local(|| {
        normals_of_paths(isa, black_box(&streams), black_box(0), 3, &mut banks);
    });
}

#[divan::bench(args = paths())]
fn uniform(bencher: Bencher, isa: &str) {
    let isa = named(isa);
    let streams: Vec<Stream> = (0..21).map(|i| Stream::new(1, "firm", &i.to_string())).collect();
    let (mut even, mut odd) = ([[0.0; 16]; 21], [[0.0; 16]; 21]);
    bencher.counter(ItemsCount::new(21usize * 32)).bench_local(|| {
        uniforms_of_paths(isa, black_box(&streams), black_box(0), 3, &mut even, &mut odd);
    });
}

fn main() {
    divan::main();
}
