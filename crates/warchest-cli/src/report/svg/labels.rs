//! Direct labels that do not overlap.

/// Positions nearest (least squares) to the wanted ones such that neighbours, in the order
/// wanted, are at least `gap` apart and all lie between `low` and `high`.
///
/// When they cannot all fit, the gap shrinks until they do. The result keeps the order of the
/// argument. Solved by pooling adjacent violators.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let n = wanted.len();
    if n == 0 {
        return Vec::new();
    }
    let gap = if n > 1 { gap.min((high - low) / (n - 1) as f64) } else { gap };
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]).then(a.cmp(&b)));
    // With z_i = y_i − i·gap the constraint is z_i ≤ z_{i+1}: an isotonic regression.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (rank, &i) in order.iter().enumerate() {
        let mut pool = (wanted[i] - rank as f64 * gap, 1);
        while let Some(&(mean, count)) = pools.last() {
            if mean <= pool.0 {
                break;
            }
            pools.pop();
            let total = count + pool.1;
            pool = ((mean * count as f64 + pool.0 * pool.1 as f64) / total as f64, total);
        }
        pools.push(pool);
    }
    let top = high - (n - 1) as f64 * gap;
    let mut placed = vec![0.0; n];
    let levels = pools.iter().flat_map(|&(mean, count)| std::iter::repeat_n(mean, count));
    for (rank, (level, &i)) in levels.zip(&order).enumerate() {
        placed[i] = level.min(top).max(low) + rank as f64 * gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_labels_stay_where_they_are() {
        assert_eq!(spread(&[10.0, 50.0, 90.0], 12.0, 0.0, 100.0), vec![10.0, 50.0, 90.0]);
        assert_eq!(spread(&[], 12.0, 0.0, 100.0), Vec::<f64>::new());
    }

    #[test]
    fn a_pair_that_collides_moves_apart_evenly() {
        assert_eq!(spread(&[50.0, 50.0], 12.0, 0.0, 100.0), vec![44.0, 56.0]);
        // Order of the argument kept, order on the axis kept.
        assert_eq!(spread(&[52.0, 48.0], 12.0, 0.0, 100.0), vec![56.0, 44.0]);
    }

    #[test]
    fn walls_hold() {
        assert_eq!(spread(&[99.0, 99.0, 99.0], 10.0, 0.0, 100.0), vec![80.0, 90.0, 100.0]);
        assert_eq!(spread(&[0.0, 0.0, 0.0], 80.0, 0.0, 100.0), vec![0.0, 50.0, 100.0]);
    }
}
