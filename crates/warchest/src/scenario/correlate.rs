//! Correlations between parameters: pairs joined into blocks, each positive definite.

use std::collections::BTreeMap;

use super::error::{MarketProblem, Problem, QuantityProblem, ShapeProblem};
use super::raw::{Node, Value};
use super::source::Place;
use crate::world::{Correlation, ParamId};

/// A correlation of two parameters.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The parameters.
    pub ids: [ParamId; 2],
    /// Their paths.
    pub names: [String; 2],
    /// The correlation.
    pub rho: f64,
    /// Where it is written.
    pub place: Place,
}

/// Most values in one matrix.
const VALUES_MAX: usize = 256;

fn too_many(n: usize) -> MarketProblem {
    let reason = format!("they are more than {VALUES_MAX}");
    MarketProblem::Correlation { names: format!("{n} values"), reason }
}

/// A matrix `n × n` from one number or rows of numbers.
///
/// # Errors
/// Anything that is no symmetric matrix of correlations.
pub fn rho(node: &Node, n: usize) -> Result<Vec<f64>, Problem> {
    let wrong = |found: String| {
        Problem::from(ShapeProblem::WrongType {
            key: String::from("rho"),
            found,
            expected: format!("a number, or a matrix with {n} rows and columns"),
            mend: String::from("for example `rho = 0.5`"),
        })
    };
    if n < 2 {
        let what = String::from("a correlation needs two names");
        let mend = "list at least two dotted paths under `names`";
        return Err(ShapeProblem::Nothing { what, mend }.into());
    }
    if n > VALUES_MAX {
        return Err(too_many(n).into());
    }
    let mut matrix = vec![0.0; n * n];
    match &node.value {
        Value::Number(rho, written) => {
            for (at, cell) in matrix.iter_mut().enumerate() {
                *cell = if at / n == at % n { 1.0 } else { *rho };
            }
            bounded(*rho, written)?;
        }
        Value::Array(rows) => {
            for (i, row) in rows.iter().enumerate() {
                let cells = row.as_array().unwrap_or_default();
                if cells.len() != n || rows.len() != n {
                    let (found, wide) = (rows.len(), cells.len());
                    return Err(wrong(format!("{found} rows, one of {wide} numbers")));
                }
                for (j, cell) in cells.iter().enumerate() {
                    let Value::Number(rho, written) = &cell.value else {
                        return Err(wrong(cell.value.kind().to_string()));
                    };
                    bounded(*rho, written)?;
                    matrix[i * n + j] = *rho;
                }
            }
            if rows.len() != n {
                return Err(wrong(format!("a matrix of {} rows", rows.len())));
            }
        }
        other => return Err(wrong(other.kind().to_string())),
    }
    for i in 0..n {
        for j in 0..=i {
            let (here, there) = (matrix[i * n + j], matrix[j * n + i]);
            let reason = if i == j && here != 1.0 {
                format!("row {} has {here} on the diagonal", i + 1)
            } else if here != there {
                format!("row {} says {here}, row {} says {there}", i + 1, j + 1)
            } else {
                continue;
            };
            let names = format!("the {n} names");
            return Err(MarketProblem::Correlation { names, reason }.into());
        }
    }
    Ok(matrix)
}

fn bounded(rho: f64, written: &str) -> Result<(), Problem> {
    if !rho.is_finite() {
        let (key, found) = (String::from("rho"), written.to_string());
        return Err(QuantityProblem::NotFinite { key, found }.into());
    }
    if rho.abs() > 1.0 {
        return Err(QuantityProblem::OutOfRange {
            key: String::from("rho"),
            found: written.to_string(),
            allowed: String::from("between -1 and 1"),
            doc: String::from("0 is no relation, 1 always together, -1 always opposed"),
        }
        .into());
    }
    Ok(())
}

/// Joins pairs that share a parameter and factors each block.
///
/// # Errors
/// [`MarketProblem::Correlation`] when a pair is given twice with different numbers, or a
/// block is not positive definite.
pub fn blocks(pairs: &[Pair]) -> Result<Vec<Correlation>, (MarketProblem, Place)> {
    let mut rho: BTreeMap<[ParamId; 2], &Pair> = BTreeMap::new();
    let mut names: BTreeMap<ParamId, &str> = BTreeMap::new();
    let mut block: BTreeMap<ParamId, ParamId> = BTreeMap::new();
    for pair in pairs {
        let mut key = pair.ids;
        key.sort_unstable();
        if let Some(old) = rho.insert(key, pair)
            && old.rho != pair.rho
        {
            let reason = format!("one entry says {}, another {}", old.rho, pair.rho);
            let names = pair.names.join(", ");
            return Err((MarketProblem::Correlation { names, reason }, pair.place.clone()));
        }
        for (id, name) in pair.ids.iter().zip(&pair.names) {
            names.insert(*id, name);
            block.entry(*id).or_insert(*id);
        }
        let (one, other) = (block[&key[0]], block[&key[1]]);
        let joined = one.min(other);
        for label in block.values_mut() {
            if *label == one || *label == other {
                *label = joined;
            }
        }
    }
    let mut members: BTreeMap<ParamId, Vec<ParamId>> = BTreeMap::new();
    for (id, label) in &block {
        members.entry(*label).or_default().push(*id);
    }
    let mut found = Vec::new();
    for params in members.into_values() {
        let n = params.len();
        if n > VALUES_MAX {
            let place = pairs.iter().find(|pair| params.contains(&pair.ids[0]));
            let Some(pair) = place else { continue };
            return Err((too_many(n), pair.place.clone()));
        }
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                let mut key = [params[i], params[j]];
                key.sort_unstable();
                let given = rho.get(&key).map_or(0.0, |pair| pair.rho);
                matrix[i * n + j] = if i == j { 1.0 } else { given };
            }
        }
        let Some(cholesky) = cholesky(&matrix, n) else {
            let listed: Vec<&str> = params.iter().map(|id| names[id]).collect();
            let reason = String::from("the matrix is not positive definite");
            let place = rho
                .values()
                .filter(|pair| params.contains(&pair.ids[0]))
                .max_by(|a, b| a.rho.abs().total_cmp(&b.rho.abs()))
                .map(|pair| pair.place.clone());
            let Some(place) = place else { continue };
            let problem = MarketProblem::Correlation { names: listed.join(", "), reason };
            return Err((problem, place));
        };
        found.push(Correlation { params, cholesky });
    }
    Ok(found)
}

/// Lower factor `L` of `A = L Lᵀ`, by rows; `None` unless `A` is positive definite.
pub fn cholesky(a: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
            let rest = a[i * n + j] - dot;
            if i != j {
                l[i * n + j] = rest / l[j * n + j];
            } else if rest > 1e-12 {
                l[i * n + i] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(l)
}

#[cfg(test)]
mod tests {
    use super::cholesky;

    /// By hand: [[1, r], [r, 1]] has the factor [[1, 0], [r, sqrt(1 − r²)]].
    #[test]
    fn two_by_two() {
        let factor = cholesky(&[1.0, 0.6, 0.6, 1.0], 2).expect("positive definite");
        assert_eq!(factor[..3], [1.0, 0.0, 0.6]);
        assert!((factor[3] - 0.8).abs() < 1e-15);
    }

    /// Three values cannot all be opposed: the smallest eigenvalue of rho = −0.6 is
    /// 1 − 2·0.6 < 0, of −0.4 it is 0.2.
    #[test]
    fn three_opposed() {
        let matrix = |r: f64| [1.0, r, r, r, 1.0, r, r, r, 1.0];
        assert!(cholesky(&matrix(-0.6), 3).is_none());
        assert!(cholesky(&matrix(-0.4), 3).is_some());
    }
}
