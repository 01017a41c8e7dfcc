//! Small dense linear systems.

/// Solves `matrix · x = rhs` (`n × n` by rows) by elimination with row pivoting; `rhs` becomes
/// `x`. `columns` right-hand sides may sit side by side: `rhs[i·columns + c]`.
///
/// Returns false, with both arguments spoilt, when a pivot vanishes or is not a finite number.
pub fn solve(n: usize, matrix: &mut [f64], rhs: &mut [f64], columns: usize) -> bool {
    for k in 0..n {
        let pivot = (k..n).fold(k, |best, i| {
            if matrix[i * n + k].abs() > matrix[best * n + k].abs() { i } else { best }
        });
        let size = matrix[pivot * n + k].abs();
        if !(size > 0.0 && size.is_finite()) {
            return false;
        }
        if pivot != k {
            for j in k..n {
                matrix.swap(k * n + j, pivot * n + j);
            }
            for c in 0..columns {
                rhs.swap(k * columns + c, pivot * columns + c);
            }
        }
        for i in k + 1..n {
            let factor = matrix[i * n + k] / matrix[k * n + k];
            if factor == 0.0 {
                continue;
            }
            for j in k + 1..n {
                matrix[i * n + j] -= factor * matrix[k * n + j];
            }
            for c in 0..columns {
                rhs[i * columns + c] -= factor * rhs[k * columns + c];
            }
        }
    }
    for k in (0..n).rev() {
        for c in 0..columns {
            let mut sum = rhs[k * columns + c];
            for j in k + 1..n {
                sum -= matrix[k * n + j] * rhs[j * columns + c];
            }
            rhs[k * columns + c] = sum / matrix[k * n + k];
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_and_refuses() {
        // [[0, 2], [3, 1]] x = [4, 5] has x = (1, 2); the first pivot must be swapped in.
        let mut rhs = [4.0, 5.0];
        assert!(solve(2, &mut [0.0, 2.0, 3.0, 1.0], &mut rhs, 1));
        assert_eq!(rhs, [1.0, 2.0]);
        assert!(!solve(2, &mut [1.0, 2.0, 2.0, 4.0], &mut [1.0, 1.0], 1));
    }
}
