//! Price games against closed forms, papers and laws.

mod anchors;
mod lanes;
mod laws;
mod refusals;
mod several;
