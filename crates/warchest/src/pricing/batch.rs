//! Many markets side by side.

/// `work` on every item, results in the items' order. With the feature `parallel` the items
/// are spread over the caller's thread pool; each is worked on alone, so the answers do not
/// depend on the number of threads.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        items.par_iter().map(work).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        items.iter().map(work).collect()
    }
}
