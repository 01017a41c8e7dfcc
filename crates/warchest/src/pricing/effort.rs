//! How long a search may go on.

use crate::numerics::lanes::Isa;
use std::fmt;

/// The instruction set to use, and the caller's word for when to stop.
///
/// The library reads no clock: whoever wants a time limit passes a predicate that compares one.
/// It is asked before every evaluation of the first-order conditions; once it says yes, searches
/// return what they have, with `stopped` set and `converged` false unless they had arrived.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// Instruction set of the kernels.
    pub isa: Isa,
    stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl<'a> Effort<'a> {
    /// Searches until `stop` says yes.
    pub fn until(isa: Isa, stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { isa, stop: Some(stop) }
    }

    /// Whether the caller wants the search to end now.
    pub fn is_over(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }
}

impl From<Isa> for Effort<'_> {
    /// No limit.
    fn from(isa: Isa) -> Self {
        Self { isa, stop: None }
    }
}

impl fmt::Debug for Effort<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Effort").field("limited", &self.stop.is_some()).finish_non_exhaustive()
    }
}
