//! Minimum of a function of a few variables, without derivatives.

/// Best point found and how the search ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// The point.
    pub x: Vec<f64>,
    /// The value there.
    pub value: f64,
    /// Evaluations spent.
    pub evaluations: usize,
    /// Whether the simplex shrank below the tolerance before the evaluations ran out.
    pub converged: bool,
}

/// Minimum of `f` by the simplex of Nelder and Mead from `start`, first edges `step`.
///
/// Stops when the values of the simplex differ by at most `tolerance`, or after `most`
/// evaluations. A value that is not a number counts as infinite.
///
/// # Source
/// Nelder and Mead (1965), Computer Journal 7(4), with the coefficients 1, 2, 1/2, 1/2.
pub fn nelder_mead(
    f: &mut dyn FnMut(&[f64]) -> f64,
    start: &[f64],
    step: f64,
    tolerance: f64,
    most: usize,
) -> Minimum {
    let n = start.len();
    let mut evaluations = 0;
    let mut value = |x: &[f64]| {
        evaluations += 1;
        let v = f(x);
        if v.is_nan() { f64::INFINITY } else { v }
    };
    let mut simplex: Vec<(Vec<f64>, f64)> = Vec::with_capacity(n + 1);
    for i in 0..=n {
        let mut x = start.to_vec();
        if i > 0 {
            x[i - 1] += step;
        }
        let v = value(&x);
        simplex.push((x, v));
    }
    let mut rounds = 0;
    let converged = loop {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        if simplex[n].1 - simplex[0].1 <= tolerance {
            break true;
        }
        rounds += 1;
        if rounds > most {
            break false;
        }
        advance(&mut simplex, &mut value);
    };
    let (x, value) = simplex.swap_remove(0);
    Minimum { x, value, evaluations, converged }
}

/// One move of the worst corner, or a shrink towards the best.
fn advance(simplex: &mut [(Vec<f64>, f64)], value: &mut dyn FnMut(&[f64]) -> f64) {
    let n = simplex.len() - 1;
    let centre: Vec<f64> = (0..simplex[0].0.len())
        .map(|k| simplex[..n].iter().map(|(x, _)| x[k]).sum::<f64>() / n as f64)
        .collect();
    let worst = simplex[n].clone();
    let mut along = |by: f64| {
        let x: Vec<f64> = centre
            .iter()
            .zip(&worst.0)
            .map(|(centre, worst)| centre + by * (centre - worst))
            .collect();
        let v = value(&x);
        (x, v)
    };
    let reflected = along(1.0);
    if reflected.1 < simplex[0].1 {
        let expanded = along(2.0);
        simplex[n] = if expanded.1 < reflected.1 { expanded } else { reflected };
        return;
    }
    if reflected.1 < simplex[n - 1].1 {
        simplex[n] = reflected;
        return;
    }
    let contracted = if reflected.1 < worst.1 { along(0.5) } else { along(-0.5) };
    if contracted.1 < reflected.1.min(worst.1) {
        simplex[n] = contracted;
        return;
    }
    let best = simplex[0].0.clone();
    for corner in &mut simplex[1..] {
        for (x, b) in corner.0.iter_mut().zip(&best) {
            *x = b + 0.5 * (*x - b);
        }
        corner.1 = value(&corner.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock (1960): minimum 0 at (1, 1).
    #[test]
    fn finds_the_bottom_of_the_valley() {
        let mut f = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            a * a + 100.0 * b * b
        };
        let found = nelder_mead(&mut f, &[-1.2, 1.0], 0.5, 1e-14, 2000);
        assert!(found.converged && found.value < 1e-12);
        assert!((found.x[0] - 1.0).abs() < 1e-5 && (found.x[1] - 1.0).abs() < 1e-5);
        let stopped = nelder_mead(&mut f, &[-1.2, 1.0], 0.5, 1e-14, 10);
        assert!(!stopped.converged);
    }
}
