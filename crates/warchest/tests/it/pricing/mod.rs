//! Price games against closed forms, papers and laws.

mod anchors;
mod consumers;
mod lanes;
mod laws;
mod refusals;
mod several;
